import { SendEmailCommand } from '@aws-sdk/client-ses'
import { BatchGetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { sesClient } from '../../../src/shared/aws/ses.ts'
import { onlyConnecting } from '../../../src/shared/lambda/warm-up.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { answering, startTroubledService, type TroubledService, troubles } from '../../support/troubled-service.ts'

let service: TroubledService
afterEach(async () => {
  await service.stop()
  vi.unstubAllEnvs()
})

/** Starts a server in place of DynamoDB and SES. It records each request, with the client's port. */
async function startService(answer: (body: string) => string) {
  const requests: {
    method: string | undefined
    url: string | undefined
    headers: readonly string[]
    body: string
    port: number | undefined
  }[] = []
  service = await startTroubledService(({ body, request, response }) => {
    const { method, url, headers, socket } = request
    requests.push({ method, url, headers: Object.keys(headers).toSorted(), body, port: socket.remotePort })
    response.end(answer(body))
  })
  stubEnvironment(endpointEnvironment({ dynamodb: service.endpoint, ses: service.endpoint }))
  return requests
}

const NOT_ENDED = new AbortController().signal
const read = new BatchGetCommand({ RequestItems: { blocks: { Keys: [{ pk: 'user#ann' }] } } })
const put = new PutCommand({ TableName: 'table', Item: { pk: 'one' } })
const mail = new SendEmailCommand({
  Source: 'welcome@example.com',
  Destination: { ToAddresses: ['ann@example.com'] },
  Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } },
})
const SENT = '<SendEmailResponse><SendEmailResult><MessageId>7</MessageId></SendEmailResult></SendEmailResponse>'

const EMPTY_REQUEST = { method: 'GET', url: '/', headers: ['connection', 'host'], body: '' }

describe('onlyConnecting', () => {
  it('sends DynamoDB an empty request, returns a fake response, and keeps the connection open', async () => {
    const requests = await startService((body) => (body === '' ? 'healthy' : '{}'))
    const documents = documentClient()()
    const update = new UpdateCommand({ TableName: 'table', Key: { pk: 'one' }, ReturnValues: 'ALL_NEW' })
    const answered = await onlyConnecting(documents, NOT_ENDED).send(update)
    expect(answered.Attributes).toMatchObject({ attempt: 1, token: 'warm-up' })
    expect(requests).toMatchObject([EMPTY_REQUEST])
    expect(await onlyConnecting(documents, NOT_ENDED).send(read)).toMatchObject({ Responses: { blocks: [] }, UnprocessedKeys: {} })
    requests.pop()
    await documents.send(put)
    expect(requests[1]).toMatchObject({ method: 'POST', port: requests[0]?.port })
    expect(requests[1]?.body).toContain('"one"')
    expect(requests).toHaveLength(2)
    documents.config.requestHandler.destroy?.()
  })

  it('sends SES an empty request, returns a fake response, and keeps the connection open', async () => {
    const requests = await startService((body) => (body === '' ? 'no such action' : SENT))
    const ses = sesClient()()
    expect(await onlyConnecting(ses, NOT_ENDED).send(mail)).toMatchObject({ MessageId: '0' })
    expect(requests).toMatchObject([EMPTY_REQUEST])
    await ses.send(mail)
    expect(requests[1]).toMatchObject({ method: 'POST', port: requests[0]?.port })
    expect(requests).toHaveLength(2)
    ses.destroy()
  })

  it('returns a fake response if DynamoDB responds with an error', async () => {
    service = await startTroubledService(answering(400, { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' }))
    stubEnvironment(endpointEnvironment({ dynamodb: service.endpoint }))
    const documents = documentClient()()
    await onlyConnecting(documents, NOT_ENDED).send(put)
    expect(service.calls()).toBe(1)
    documents.config.requestHandler.destroy?.()
  })

  it('sends nothing after the warm-up ends, and never settles pending calls', async () => {
    const requests = await startService(() => 'healthy')
    const documents = documentClient()()
    const ending = new AbortController()
    const answered = vi.fn()
    const client = onlyConnecting(documents, ending.signal)
    const waiting = client.send(put)
    waiting.then(answered, answered)
    await vi.waitFor(() => expect(requests).toHaveLength(1))
    ending.abort()
    client.send(put).then(answered, answered)
    await documents.send(put).catch(() => undefined)
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(1)
    documents.config.requestHandler.destroy?.()
  })

  it('does not block the original client while a warm-up call hangs', async () => {
    service = await startTroubledService((call) =>
      call.request.method === 'GET' ? troubles['never responds'](call) : answering(200, {})(call),
    )
    stubEnvironment(endpointEnvironment({ dynamodb: service.endpoint }))
    const documents = documentClient()()
    const ending = new AbortController()
    const hanging = onlyConnecting(documents, ending.signal).send(put)
    hanging.catch(() => undefined)
    ending.abort()
    await expect(documents.send(put)).resolves.toBeDefined()
    documents.config.requestHandler.destroy?.()
  })
})
