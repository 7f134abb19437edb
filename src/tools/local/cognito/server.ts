import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../loopback.ts'

const SERVICE = 'AWSCognitoIdentityProviderService.'

/**
 * Starts a local Cognito. It supports only AdminGetUser and AdminAddUserToGroup. As in the test kit, every user exists: `mary` has the
 * verified address mary@example.com. Every group exists too, and no operation shows its members.
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
          const answer = findAnswer(request.headers['x-amz-target'], body)
          const unknown = {
            __type: 'UnknownOperationException',
            message: 'The local Cognito supports only AdminGetUser and AdminAddUserToGroup.',
          }
          response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
          response.end(JSON.stringify(answer ?? unknown))
        })
        // The client disconnected.
        .catch(() => response.destroy())
    }),
  )
}

function findAnswer(target: unknown, body: unknown): object | undefined {
  if (target === `${SERVICE}AdminGetUser`) return describeUser(String(Object(body).Username))
  return target === `${SERVICE}AdminAddUserToGroup` ? {} : undefined
}

function describeUser(Username: string): object {
  const attributes = { email: `${Username}@example.com`, email_verified: 'true' }
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
  return { Username, UserAttributes, Enabled: true, UserStatus: 'CONFIRMED' }
}
