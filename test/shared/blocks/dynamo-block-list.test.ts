import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { preAuthentication } from '../../../src/pre-auth/trigger.ts'
import { blockUsers } from '../../../src/rules/block-users.ts'
import { blockKeys } from '../../../src/shared/blocks/block-keys.ts'
import { type DynamoBlockListOptions, dynamoBlockList, dynamoBlockWriter } from '../../../src/shared/blocks/dynamo-block-list.ts'
import { describeBlockList, keyed, newPool } from '../../support/contracts/block-list.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { ann, preAuthenticationEvent } from '../../support/events.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'
import {
  answering,
  type Behaviour,
  startTroubledService,
  type Trouble,
  type TroubledService,
  troubles,
} from '../../support/troubled-service.ts'

const { signal } = new AbortController()

onEveryDynamoDb((engine) => {
  const options: DynamoBlockListOptions = {
    documents: () => engine.documents(),
    get table() {
      return engine.tables.blocks
    },
  }
  const list = dynamoBlockList(options)
  const writer = dynamoBlockWriter(options)

  describeBlockList({ list, writer })

  it('returns the message and the expiry of a block, with the expiry rounded up to seconds', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud', message: 'Call us', expiresAt: new Date('2030-01-01T00:00:00.001Z') })
    expect(await list.find([key], signal)).toEqual([
      { ...key, reason: 'fraud', message: 'Call us', expiresAt: new Date('2030-01-01T00:00:01Z') },
    ])
  })

  it('returns the start of a block, and leaves the item of a block without a start unchanged', async () => {
    const [key, old] = [keyed(newPool(), 'username', 'ann'), keyed(newPool(), 'username', 'ann')]
    await writer.block({ ...key, reason: 'fraud', since: new Date('2026-01-01T00:00:00.999Z') })
    await writer.block({ ...old, reason: 'fraud' })
    expect(await list.find([key], signal)).toEqual([{ ...key, reason: 'fraud', since: new Date('2026-01-01T00:00:00Z') }])
    expect(await list.find([old], signal)).toEqual([{ ...old, reason: 'fraud' }])
  })

  it.each([
    { content: 'only a key', item: {}, block: { reason: 'unspecified' } },
    { content: 'a sentence as reason', item: { reason: 'He did not pay.' }, block: { reason: 'unspecified' } },
    { content: 'a date string as expiry', item: { reason: 'fraud', expiresAt: '2001-01-01' }, block: { reason: 'fraud' } },
    { content: 'a string of digits as expiry', item: { reason: 'fraud', expiresAt: '1000000000' }, block: { reason: 'fraud' } },
    { content: 'null as expiry', item: { reason: 'fraud', expiresAt: null }, block: { reason: 'fraud' } },
    { content: 'a date string as start', item: { reason: 'fraud', since: '2026-01-01' }, block: { reason: 'fraud' } },
    { content: 'a number as message', item: { reason: 'fraud', message: 42 }, block: { reason: 'fraud' } },
    { content: 'an additional field', item: { reason: 'fraud', ticket: 7 }, block: { reason: 'fraud' } },
  ])('denies the user if an administrator wrote an item with $content', async ({ item, block }) => {
    const key = keyed(newPool(), 'username', 'ann')
    const pk = `${key.userPoolId}#username#ann`
    await engine.documents().send(new PutCommand({ TableName: engine.tables.blocks, Item: { pk, ...item } }))
    expect(await list.find([key], signal)).toEqual([{ ...key, ...block }])
    const event = preAuthenticationEvent({}, { userPoolId: key.userPoolId })
    expect(await preAuthentication(blockUsers(list)).decide(event)).toMatchObject({ kind: 'denied', reason: 'user-blocked' })
  })

  it.each([1, 4, 40])('reads %i keys in one strongly consistent request', async (count) => {
    const client = dynamoDbClient(engine.endpoint())
    const documents = DynamoDBDocumentClient.from(client)
    const sent: unknown[] = []
    documents.middlewareStack.add(
      (next) => (args) => {
        sent.push(args.input)
        return next(args)
      },
      { step: 'finalizeRequest', name: 'count' },
    )
    const pool = newPool()
    const keys = Array.from({ length: count }, (_, index) => keyed(pool, 'username', `user-${index}`))
    await dynamoBlockList({ documents: () => documents, table: engine.tables.blocks }).find(keys, signal)
    client.destroy()
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ RequestItems: { [engine.tables.blocks]: { ConsistentRead: true } } })
  })

  it('rejects when the table does not exist', async () => {
    const lost = dynamoBlockList({ documents: () => engine.documents(), table: 'no-such-table' })
    await expect(lost.find([keyed(newPool(), 'username', 'ann')], signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('rejects an invalid expiry date', async () => {
    const block = { ...keyed(newPool(), 'username', 'ann'), reason: 'fraud', expiresAt: new Date(Number.NaN) }
    await expect(writer.block(block)).rejects.toThrow()
    expect(await list.find([block], signal)).toEqual([])
  })
})

describe('dynamoBlockList with a faulty DynamoDB', () => {
  let service: TroubledService | undefined
  let client: ReturnType<typeof dynamoDbClient> | undefined
  afterEach(async () => {
    client?.destroy()
    await service?.stop()
  })

  async function findWith(behaviour: Behaviour, abort: AbortSignal = signal) {
    service = await startTroubledService(behaviour)
    client = dynamoDbClient(service.endpoint)
    const documents = DynamoDBDocumentClient.from(client)
    return dynamoBlockList({ documents: () => documents, table: 'blocks' }).find(blockKeys(ann.userPoolId, ann), abort)
  }

  it('rejects when DynamoDB returns unprocessed keys, because a block may be missing', async () => {
    const left = { Keys: [{ pk: { S: `${ann.userPoolId}#sub#${ann.sub}` } }] }
    const partly = answering(200, { Responses: { blocks: [] }, UnprocessedKeys: { blocks: left } })
    await expect(findWith(partly)).rejects.toMatchObject({ name: 'BlocksNotReadError', code: 'blocks-not-read' })
  })

  it.each([{}, { Responses: {} }, { Responses: { another: [] }, UnprocessedKeys: {} }])(
    'rejects when the response does not contain the table: %j',
    async (body) => {
      await expect(findWith(answering(200, body))).rejects.toMatchObject({ name: 'BlocksNotReadError' })
    },
  )

  it('accepts a response without unprocessed keys, and ignores items with other keys', async () => {
    const answer = answering(200, { Responses: { blocks: [{ pk: { S: 'another#sub#1' }, reason: { S: 'fraud' } }] } })
    expect(await findWith(answer)).toEqual([])
  })

  it('rejects when the abort signal of the call is aborted', async () => {
    const abort = new AbortController()
    await expect(findWith(() => abort.abort(), abort.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it.each(Object.keys(troubles).filter((trouble): trouble is Trouble => !/^(never|stalls|dribbles)/.test(trouble)))(
    'rejects when DynamoDB %s',
    async (trouble) => {
      await expect(findWith(troubles[trouble])).rejects.toBeInstanceOf(Error)
    },
  )
})

it('dynamoBlockList declares its IAM permissions', () => {
  const documents = () => {
    throw new Error('made')
  }
  expect(dynamoBlockList({ documents, table: 'blocks' }).permissions).toEqual([
    { actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' },
  ])
})
