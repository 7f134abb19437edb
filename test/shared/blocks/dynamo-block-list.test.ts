import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { preAuthentication } from '../../../src/pre-auth/trigger.ts'
import { blockUsers } from '../../../src/rules/block-users.ts'
import { blockKeys } from '../../../src/shared/blocks/block-keys.ts'
import type { Block, BlockKey, BlockType } from '../../../src/shared/blocks/block-list.ts'
import { type DynamoBlockListOptions, dynamoBlockList, dynamoBlockWriter } from '../../../src/shared/blocks/dynamo-block-list.ts'
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
let pools = 0
/** Returns a new pool for each test, because the tests share the tables. */
const newPool = () => `eu-west-1_Pool${++pools}`

onEveryDynamoDb((engine) => {
  const options: DynamoBlockListOptions = {
    documents: () => engine.documents(),
    get table() {
      return engine.tables.blocks
    },
  }
  const list = dynamoBlockList(options)
  const writer = dynamoBlockWriter(options)
  const keyed = (userPoolId: string, type: BlockType, value: string): BlockKey => ({ userPoolId, type, value })

  it('finds a block by each type of key', async () => {
    const pool = newPool()
    const blocks: readonly Block[] = blockKeys(pool, ann).map((key) => ({ ...key, reason: `by-${key.type}` }))
    for (const block of blocks) await writer.block(block)
    const found = await list.find(blockKeys(pool, ann), signal)
    expect(new Set(found)).toEqual(new Set(blocks))
    expect(found).toHaveLength(4)
  })

  it('returns the message and the expiry of a block, with the expiry rounded up to seconds', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud', message: 'Call us', expiresAt: new Date('2030-01-01T00:00:00.001Z') })
    expect(await list.find([key], signal)).toEqual([
      { ...key, reason: 'fraud', message: 'Call us', expiresAt: new Date('2030-01-01T00:00:01Z') },
    ])
  })

  it('returns expired blocks too, because the rule checks the expiry', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud', expiresAt: new Date('2001-01-01T00:00:00Z') })
    expect(await list.find([key], signal)).toMatchObject([{ expiresAt: new Date('2001-01-01T00:00:00Z') }])
  })

  it('finds no block for another user or in another pool', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'username', 'ann'), reason: 'fraud' })
    expect(await list.find([keyed(pool, 'username', 'bob'), keyed(pool, 'sub', 'ann')], signal)).toEqual([])
    expect(await list.find([keyed(newPool(), 'username', 'ann')], signal)).toEqual([])
  })

  it('block replaces a block with the same key, and unblock removes it', async () => {
    const key = keyed(newPool(), 'email', 'ann@example.com')
    await writer.block({ ...key, reason: 'first', message: 'Call us' })
    await writer.block({ ...key, reason: 'second' })
    expect(await list.find([key], signal)).toEqual([{ ...key, reason: 'second' }])
    await writer.unblock(key)
    await writer.unblock(key)
    expect(await list.find([key], signal)).toEqual([])
  })

  it('normalises addresses and domains in block and unblock', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'email', 'Eve@EXAMPLE.com.'), reason: 'fraud' })
    await writer.block({ ...keyed(pool, 'emailDomain', 'MÜNCHEN.de'), reason: 'spam' })
    const found = await list.find([keyed(pool, 'email', 'eve@example.com'), keyed(pool, 'emailDomain', 'xn--mnchen-3ya.de')], signal)
    expect(found.map(({ reason }) => reason).sort()).toEqual(['fraud', 'spam'])
    await writer.unblock(keyed(pool, 'email', 'eve@Example.com'))
    expect(await list.find([keyed(pool, 'email', 'eve@example.com')], signal)).toEqual([])
  })

  it('returns one block for a duplicate key', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud' })
    expect(await list.find([key, { ...key }, key], signal)).toEqual([{ ...key, reason: 'fraud' }])
  })

  it('finds a block whose value is too long for a partition key', async () => {
    const pool = newPool()
    const long = (end: string) => keyed(pool, 'username', `${'a'.repeat(5000)}${end}`)
    await writer.block({ ...long('1'), reason: 'fraud' })
    expect(await list.find([long('1'), long('2')], signal)).toEqual([{ ...long('1'), reason: 'fraud' }])
  })

  it.each([
    { content: 'only a key', item: {}, block: { reason: 'unspecified' } },
    { content: 'a sentence as reason', item: { reason: 'He did not pay.' }, block: { reason: 'unspecified' } },
    { content: 'a date string as expiry', item: { reason: 'fraud', expiresAt: '2001-01-01' }, block: { reason: 'fraud' } },
    { content: 'a string of digits as expiry', item: { reason: 'fraud', expiresAt: '1000000000' }, block: { reason: 'fraud' } },
    { content: 'null as expiry', item: { reason: 'fraud', expiresAt: null }, block: { reason: 'fraud' } },
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

  it('writes a user name in lower-case NFC, or unchanged with exactUserName', async () => {
    const pool = newPool()
    const named = (value: string): BlockKey => keyed(pool, 'username', value)
    const found = async (): Promise<readonly string[]> =>
      (await list.find([named('Zo\u00eb'), named('zo\u00eb')], signal)).map(({ value }) => value)
    await writer.block({ ...named('Zoe\u0308'), reason: 'fraud' })
    expect(await found()).toEqual(['zo\u00eb'])
    await writer.unblock(named('ZO\u00cb'))
    expect(await found()).toEqual([])
    await writer.block({ ...named('Zo\u00eb'), reason: 'fraud' }, { exactUserName: true })
    expect(await found()).toEqual(['Zo\u00eb'])
    await writer.unblock(named('Zo\u00eb'), { exactUserName: true })
    expect(await found()).toEqual([])
    for (const options of [{}, { exactUserName: true }]) await writer.block({ ...named('Zo\u00eb'), reason: 'fraud' }, options)
    expect((await found()).length).toBe(2)
    await writer.unblock(named('Zo\u00eb'))
    expect(await found()).toEqual([])
  })

  it('finds a block of a user who has about a hundred keys', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'emailDomain', 'evil.com'), reason: 'spam' })
    const user = { sub: '1', userName: 'eve', email: `eve@${'a.'.repeat(94)}evil.com` }
    const keys = blockKeys(pool, user)
    expect(keys).toHaveLength(98)
    expect(await list.find(keys, signal)).toMatchObject([{ type: 'emailDomain', value: 'evil.com' }])
  })

  it.each([
    { type: 'email', value: 'ann' },
    { type: 'email', value: '"ann"@example.com' },
    { type: 'emailDomain', value: 'com' },
    { type: 'emailDomain', value: '*.example.com' },
    { type: 'username', value: '' },
    { type: 'sub', value: '' },
  ] as const)('rejects an invalid key: $type $value', async ({ type, value }) => {
    const key = keyed(newPool(), type, value)
    await expect(writer.block({ ...key, reason: 'fraud' })).rejects.toThrow(`The value of a block by ${type} is not valid; expected `)
    await expect(writer.unblock(key)).rejects.toThrow(TypeError)
  })

  it.each(['', 'He did not pay', 'x'.repeat(65)])('rejects the reason %j', async (reason) => {
    await expect(writer.block({ ...keyed(newPool(), 'username', 'ann'), reason })).rejects.toThrow("A block's reason must be an identifier")
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
