import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../loopback.ts'

const GET_USER = 'AWSCognitoIdentityProviderService.AdminGetUser'

/**
 * Starts a local Cognito. It supports only AdminGetUser, and every user exists, as in the test kit: `mary` has the verified address
 * mary@example.com.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 * @example
 * const { endpoint, stop } = await startCognito()
 */
export async function startCognito(): Promise<LocalService> {
  return listenOnLoopback(
    createServer((request, response) => {
      json(request)
        .then((body) => {
          const user = request.headers['x-amz-target'] === GET_USER ? describeUser(String(Object(body).Username)) : undefined
          const unknown = { __type: 'UnknownOperationException', message: 'The local Cognito supports only AdminGetUser.' }
          response.writeHead(user === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
          response.end(JSON.stringify(user ?? unknown))
        })
        // The client disconnected.
        .catch(() => response.destroy())
    }),
  )
}

function describeUser(Username: string): object {
  const attributes = { email: `${Username}@example.com`, email_verified: 'true' }
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
  return { Username, UserAttributes, Enabled: true, UserStatus: 'CONFIRMED' }
}
