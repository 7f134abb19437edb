import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { requestText } from './requests.ts'

/** A fake DynamoDB and SES. Their responses depend only on the numbers of the event and of the request. */
export interface FakeAws {
  readonly environment: Readonly<Record<string, string>>
  /** Starts the next event. Returns the requests of the previous event and clears them. */
  readonly next: (event: number) => readonly string[]
  readonly stop: () => Promise<unknown>
}

const NEVER_BLOCKED = 6

/** Starts the fake services on a loopback port. The old and the new version get the same responses to the same requests. */
export async function startFakeAws(): Promise<FakeAws> {
  let event = 0
  let requests: { readonly kind: string; readonly text: string }[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const target = `${request.headers['x-amz-target'] ?? 'SES'}`.replace(/^.*\./, '')
    const kind = `${target} ${/"TableName":"([^"]*)"/.exec(body)?.[1] ?? ''}`
    const number = requests.filter((each) => each.kind === kind).length
    requests.push({ kind, text: requestText(target, body) })
    const dice = mixed(event * 31 + number * 7 + kind.length)
    const { status, answer } = target === 'SES' ? ses(dice) : dynamoDb(target, body, dice)
    response.writeHead(status, { 'content-type': target === 'SES' ? 'text/xml' : 'application/x-amz-json-1.0' }).end(answer)
  })
  // Keeps idle connections open. Otherwise a handler may reuse a connection that is just closing, and only one version would retry.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    next(number) {
      event = number
      const done = requests
      requests = []
      // Effects run in parallel, so only the order of requests to the same table is deterministic.
      return done.toSorted((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0)).map((each) => each.text)
    },
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

interface Answer {
  readonly status: number
  readonly answer: string
}

function dynamoDb(target: string, body: string, dice: number): Answer {
  if (dice % 900 === 1) return { status: 400, answer: '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}' }
  const input = JSON.parse(body)
  if (target === 'BatchGetItem') {
    const tables: [string, { Keys: { pk: { S: string } }[] }][] = Object.entries(input.RequestItems)
    const found = ({ pk }: { pk: { S: string } }): object[] =>
      (dice + pk.S.length) % NEVER_BLOCKED > 0 ? [] : [{ pk, ...BLOCKS[dice % BLOCKS.length] }]
    const Responses = Object.fromEntries(tables.map(([table, { Keys }]) => [table, Keys.flatMap(found)]))
    return { status: 200, answer: JSON.stringify({ Responses, UnprocessedKeys: dice % 41 === 1 ? input.RequestItems : {} }) }
  }
  if (dice % 7 === 1) {
    const type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'
    return { status: 400, answer: JSON.stringify({ __type: type, message: 'The conditional request failed' }) }
  }
  const row = {
    state: { S: ['pending', 'done', 'unknown', 'failed'][dice % 4] },
    attempt: { N: `${1 + (dice % 21)}` },
    signInCount: { N: `${1 + (dice % 2)}` },
  }
  return { status: 200, answer: JSON.stringify(target === 'GetItem' ? { Item: row } : { Attributes: row }) }
}

const BLOCKS: readonly object[] = [
  { reason: { S: 'fraud' } },
  { reason: { S: 'not a reason' }, message: { S: 'Call us' } },
  { reason: { S: 'late' }, expiresAt: { N: '1' } },
  { expiresAt: { S: 'soon' } },
]

function ses(dice: number): Answer {
  if (dice % 11 === 1)
    return {
      status: 400,
      answer: '<ErrorResponse><Error><Code>MessageRejected</Code><Message>ann@example.com</Message></Error></ErrorResponse>',
    }
  if (dice % 13 === 1) return { status: 500, answer: '<ErrorResponse><Error><Code>InternalFailure</Code></Error></ErrorResponse>' }
  const answer = '<SendEmailResponse><SendEmailResult><MessageId>0</MessageId></SendEmailResult></SendEmailResponse>'
  return { status: 200, answer }
}

/** Hashes a number, so that the result looks random. */
function mixed(value: number): number {
  const bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return (Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35) >>> 0) % 1_000_003
}
