import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import {
  answering,
  type Behaviour,
  startTroubledService,
  type Trouble,
  type TroubledService,
  troubles,
} from '../../support/troubled-service.ts'

const read = new GetCommand({ TableName: 'blocks', Key: { pk: '1' } })
// The handler's deadline. The test aborts a call that is still pending then, so that a missing client timeout shows as another error.
const DEADLINE_MS = 4000

let service: TroubledService
let client: DynamoDBDocumentClient

async function startClient(behaviour: Behaviour): Promise<void> {
  service = await startTroubledService(behaviour)
  stubEnvironment(endpointEnvironment({ dynamodb: service.endpoint }))
  client = documentClient()()
}

beforeEach(() => startClient(answering(200, {})))
afterEach(async () => {
  client.destroy()
  await service.stop()
  vi.unstubAllEnvs()
})

describe('documentClient', () => {
  it('creates the client at the first call, and only once', async () => {
    const documents = documentClient()
    expect(documents()).toBeInstanceOf(DynamoDBDocumentClient)
    expect(documents()).toBe(documents())
    documents().destroy()
  })

  it('omits undefined values from items', () => {
    expect(client.config.translateConfig?.marshallOptions).toMatchObject({ removeUndefinedValues: true })
  })

  it('parses a response of DynamoDB', async () => {
    await expect(client.send(read)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 1 } })
  })
})

describe('documentClient with a faulty DynamoDB', () => {
  beforeEach(async () => {
    client.destroy()
    await service.stop()
  })

  it.each([
    { trouble: 'never responds', error: { name: 'TimeoutError' } },
    { trouble: 'stalls in the middle of its response', error: { name: 'TimeoutError' } },
    { trouble: 'dribbles the head of its response', error: { name: 'TimeoutError' } },
    { trouble: 'resets the connection', error: { code: 'ECONNRESET' } },
    { trouble: 'closes the connection', error: { code: 'ECONNRESET' } },
    { trouble: 'responds with an internal error', error: { name: 'InternalServerError' } },
    { trouble: 'throttles', error: { name: 'ThrottlingException' } },
  ] satisfies { trouble: Trouble; error: object }[])(
    'fails after two attempts and before the deadline when DynamoDB $trouble',
    async ({ trouble, error }) => {
      await startClient(troubles[trouble])
      await expect(client.send(read, { abortSignal: AbortSignal.timeout(DEADLINE_MS) })).rejects.toMatchObject(error)
      expect(service.calls()).toBe(2)
    },
  )

  it('makes only one attempt if the abort signal is aborted while the call is pending', async () => {
    const abort = new AbortController()
    await startClient(() => abort.abort())
    await expect(client.send(read, { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(service.calls()).toBe(1)
  })

  it('retries when DynamoDB fails once', async () => {
    let calls = 0
    await startClient((call) => {
      calls += 1
      if (calls === 1) troubles['responds with an internal error'](call)
      else answering(200, { Item: { pk: { S: '1' } } })(call)
    })
    await expect(client.send(read)).resolves.toMatchObject({ Item: { pk: '1' } })
  })

  it('fails when DynamoDB is not reachable', async () => {
    await startClient(answering(200, {}))
    await service.stop()
    await expect(client.send(read, { abortSignal: AbortSignal.timeout(DEADLINE_MS) })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
