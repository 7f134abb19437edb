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
// As long as a handler has. What is still waiting then is aborted, which is another error than the client's own.
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
  it('is made at its first use, and once', async () => {
    const documents = documentClient()
    expect(documents()).toBeInstanceOf(DynamoDBDocumentClient)
    expect(documents()).toBe(documents())
    documents().destroy()
  })

  it('leaves out what is undefined', () => {
    expect(client.config.translateConfig?.marshallOptions).toMatchObject({ removeUndefinedValues: true })
  })

  it('reads what DynamoDB answers', async () => {
    await expect(client.send(read)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 1 } })
  })
})

describe('a DynamoDB that', () => {
  beforeEach(async () => {
    client.destroy()
    await service.stop()
  })

  it.each([
    { trouble: 'never answers', error: { name: 'TimeoutError' } },
    { trouble: 'stalls in the middle of its answer', error: { name: 'TimeoutError' } },
    { trouble: 'dribbles the head of its answer', error: { name: 'TimeoutError' } },
    { trouble: 'resets the connection', error: { code: 'ECONNRESET' } },
    { trouble: 'closes the connection', error: { code: 'ECONNRESET' } },
    { trouble: 'answers with an error of its own', error: { name: 'InternalServerError' } },
    { trouble: 'throttles', error: { name: 'ThrottlingException' } },
  ] satisfies { trouble: Trouble; error: object }[])(
    '$trouble is given up on before the deadline, after two attempts',
    async ({ trouble, error }) => {
      await startClient(troubles[trouble])
      await expect(client.send(read, { abortSignal: AbortSignal.timeout(DEADLINE_MS) })).rejects.toMatchObject(error)
      expect(service.calls()).toBe(2)
    },
  )

  it('hangs is left alone as soon as the rule has no more time, and not tried again', async () => {
    const abort = new AbortController()
    await startClient(() => abort.abort())
    await expect(client.send(read, { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(service.calls()).toBe(1)
  })

  it('fails once is asked again', async () => {
    let calls = 0
    await startClient((call) => {
      calls += 1
      if (calls === 1) troubles['answers with an error of its own'](call)
      else answering(200, { Item: { pk: { S: '1' } } })(call)
    })
    await expect(client.send(read)).resolves.toMatchObject({ Item: { pk: '1' } })
  })

  it('is not there at all is given up on', async () => {
    await startClient(answering(200, {}))
    await service.stop()
    await expect(client.send(read, { abortSignal: AbortSignal.timeout(DEADLINE_MS) })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
