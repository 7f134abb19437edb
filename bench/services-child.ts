// Runs the services in a child process, so that they share neither a CPU nor an event loop with the measured programs.
import { readFile } from 'node:fs/promises'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { dynamoBlockWriter } from '../src/shared/blocks/dynamo-block-list.ts'
import { startServices } from '../src/tools/local/services.ts'
import { createCertificate } from './certificate.ts'
import { type Delayed, startDelayed } from './delayed.ts'
import { type Reply, type Request, TABLES } from './services-messages.ts'

const BLOCKED_EVENT = new URL('../events/pre-token/blocked-refresh-by-sub.json', import.meta.url)
const IDEMPOTENCY_TABLE = 'bench-idempotency'

// Ctrl-C signals the whole process group. This process ignores the signal and ends with its parent.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())

const reply = (message: Reply): void => void process.send?.(message)

try {
  await start()
} catch (error) {
  reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}

async function start(): Promise<void> {
  const services = await startServices(TABLES)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: services.dynamodb.endpoint, region: 'us-east-1', credentials })
  await client.send(
    new CreateTableCommand({
      TableName: IDEMPOTENCY_TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  )
  const documents = DynamoDBDocumentClient.from(client)
  const { request, userPoolId } = JSON.parse(await readFile(BLOCKED_EVENT, 'utf8'))
  const block = { userPoolId, type: 'sub', value: request.userAttributes.sub, reason: 'chargeback' } as const
  await dynamoBlockWriter({ documents: () => documents, table: TABLES.blocks }).block(block)
  const certificate = createCertificate()
  const dynamodb = await startDelayed(services.dynamodb.endpoint, certificate)
  const ses = await startDelayed(services.ses.endpoint, certificate)
  process.on('message', async (request: Request) => reply(await answer(request, { documents, dynamodb, ses, mails: services.ses })))
  const environment = {
    ...services.environment,
    IDEMPOTENCY_TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SES: ses.endpoint,
  }
  reply({ kind: 'started', environment, certificate: certificate.certificate })
}

interface Stage {
  readonly documents: DynamoDBDocumentClient
  readonly dynamodb: Delayed
  readonly ses: Delayed
  readonly mails: Awaited<ReturnType<typeof startServices>>['ses']
}

async function answer(request: Request, { documents, dynamodb, ses, mails }: Stage): Promise<Reply> {
  if (request.kind === 'delay') {
    dynamodb.delay(request.dynamodbMs)
    ses.delay(request.sesMs)
    return { kind: 'delayed' }
  }
  if (request.kind === 'count') {
    const count = mails.inbox().length
    mails.clear()
    return { kind: 'counted', mails: count }
  }
  const Key = { pk: `${request.userPoolId}#${request.sub}` }
  const { Item } = await documents.send(new GetCommand({ TableName: TABLES.profiles, Key, ConsistentRead: true }))
  return { kind: 'seen', profile: Item, mails: mails.inbox().filter(({ to }) => to.includes(request.email)).length }
}
