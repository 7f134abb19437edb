import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cognitoUserFinder } from '../../src/custom-email-sender/cognito-user-finder.ts'
import { cognitoClient } from '../../src/shared/aws/cognito.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { startTroubledService, type TroubledService } from '../support/troubled-service.ts'

let answer: { readonly status: number; readonly body: object }
let service: TroubledService
const cognito = cognitoClient()

beforeAll(async () => {
  service = await startTroubledService(({ response }) =>
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body)),
  )
  stubEnvironment({ ...endpointEnvironment({}), AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: service.endpoint })
})
afterAll(async () => {
  cognito().destroy()
  vi.unstubAllEnvs()
  await service.stop()
})

const find = () => cognitoUserFinder(cognito).find({ userPoolId: 'eu-west-1_A', userName: 'mary' }, new AbortController().signal)

describe('cognitoUserFinder', () => {
  it('returns the attributes of the user', async () => {
    answer = { status: 200, body: { Username: 'mary', UserAttributes: [{ Name: 'email', Value: 'mary@example.com' }, { Name: 'locale' }] } }
    expect(await find()).toEqual({ email: 'mary@example.com' })
    answer = { status: 200, body: { Username: 'mary' } }
    expect(await find()).toEqual({})
  })

  it('returns undefined for a user who does not exist, and throws any other error', async () => {
    answer = { status: 400, body: { __type: 'UserNotFoundException', message: 'User does not exist.' } }
    expect(await find()).toBeUndefined()
    answer = { status: 400, body: { __type: 'NotAuthorizedException', message: 'No' } }
    await expect(find()).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })
})
