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
/** A pool of its own for each test: the tables are shared. */
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

  it('finds what was blocked, by each key', async () => {
    const pool = newPool()
    const blocks: readonly Block[] = blockKeys(pool, ann).map((key) => ({ ...key, reason: `by-${key.type}` }))
    for (const block of blocks) await writer.block(block)
    const found = await list.find(blockKeys(pool, ann), signal)
    expect(new Set(found)).toEqual(new Set(blocks))
    expect(found).toHaveLength(4)
  })

  it('gives back the text and the end of a block, the end rounded up to seconds', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud', message: 'Call us', expiresAt: new Date('2030-01-01T00:00:00.001Z') })
    expect(await list.find([key], signal)).toEqual([
      { ...key, reason: 'fraud', message: 'Call us', expiresAt: new Date('2030-01-01T00:00:01Z') },
    ])
  })

  it('finds blocks that have expired too: the rule judges that', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud', expiresAt: new Date('2001-01-01T00:00:00Z') })
    expect(await list.find([key], signal)).toMatchObject([{ expiresAt: new Date('2001-01-01T00:00:00Z') }])
  })

  it('finds nothing where nobody is blocked, nor in another pool', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'username', 'ann'), reason: 'fraud' })
    expect(await list.find([keyed(pool, 'username', 'bob'), keyed(pool, 'sub', 'ann')], signal)).toEqual([])
    expect(await list.find([keyed(newPool(), 'username', 'ann')], signal)).toEqual([])
  })

  it('replaces a block of the same key, and takes it back', async () => {
    const key = keyed(newPool(), 'email', 'ann@example.com')
    await writer.block({ ...key, reason: 'first', message: 'Call us' })
    await writer.block({ ...key, reason: 'second' })
    expect(await list.find([key], signal)).toEqual([{ ...key, reason: 'second' }])
    await writer.unblock(key)
    await writer.unblock(key)
    expect(await list.find([key], signal)).toEqual([])
  })

  it('finds addresses and domains however they were written down', async () => {
    const pool = newPool()
    await writer.block({ ...keyed(pool, 'email', 'Eve@EXAMPLE.com.'), reason: 'fraud' })
    await writer.block({ ...keyed(pool, 'emailDomain', 'MÜNCHEN.de'), reason: 'spam' })
    const found = await list.find([keyed(pool, 'email', 'eve@example.com'), keyed(pool, 'emailDomain', 'xn--mnchen-3ya.de')], signal)
    expect(found.map(({ reason }) => reason).sort()).toEqual(['fraud', 'spam'])
    await writer.unblock(keyed(pool, 'email', 'eve@Example.com'))
    expect(await list.find([keyed(pool, 'email', 'eve@example.com')], signal)).toEqual([])
  })

  it('takes a key that comes twice once', async () => {
    const key = keyed(newPool(), 'username', 'ann')
    await writer.block({ ...key, reason: 'fraud' })
    expect(await list.find([key, { ...key }, key], signal)).toEqual([{ ...key, reason: 'fraud' }])
  })

  it('finds values that are too long for a partition key', async () => {
    const pool = newPool()
    const long = (end: string) => keyed(pool, 'username', `${'a'.repeat(5000)}${end}`)
    await writer.block({ ...long('1'), reason: 'fraud' })
    expect(await list.find([long('1'), long('2')], signal)).toEqual([{ ...long('1'), reason: 'fraud' }])
  })

  it.each([
    { what: 'nothing but its key', item: {}, block: { reason: 'unspecified' } },
    { what: 'a reason that is a sentence', item: { reason: 'He did not pay.' }, block: { reason: 'unspecified' } },
    { what: 'an end that is a text', item: { reason: 'fraud', expiresAt: '2001-01-01' }, block: { reason: 'fraud' } },
    { what: 'an end that is a text of digits', item: { reason: 'fraud', expiresAt: '1000000000' }, block: { reason: 'fraud' } },
    { what: 'an end that is null', item: { reason: 'fraud', expiresAt: null }, block: { reason: 'fraud' } },
    { what: 'a text that is none', item: { reason: 'fraud', message: 42 }, block: { reason: 'fraud' } },
    { what: 'more than is asked for', item: { reason: 'fraud', ticket: 7 }, block: { reason: 'fraud' } },
  ])('reads an item that somebody wrote by hand with $what, and never lets that unblock', async ({ item, block }) => {
    const key = keyed(newPool(), 'username', 'ann')
    const pk = `${key.userPoolId}#username#ann`
    await engine.documents().send(new PutCommand({ TableName: engine.tables.blocks, Item: { pk, ...item } }))
    expect(await list.find([key], signal)).toEqual([{ ...key, ...block }])
    const event = preAuthenticationEvent({}, { userPoolId: key.userPoolId })
    expect(await preAuthentication(blockUsers(list)).decide(event)).toMatchObject({ kind: 'denied', reason: 'user-blocked' })
  })

  it.each([1, 4, 40])('reads %i keys in one round trip, strongly consistent', async (count) => {
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

  it('rejects where the table is missing', async () => {
    const lost = dynamoBlockList({ documents: () => engine.documents(), table: 'no-such-table' })
    await expect(lost.find([keyed(newPool(), 'username', 'ann')], signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('keeps a user name in lower-case NFC, or to the letter where that is set', async () => {
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

  it('finds a block among a hundred keys in one round trip', async () => {
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
  ] as const)('writes no block that could never be found: $type $value', async ({ type, value }) => {
    const key = keyed(newPool(), type, value)
    await expect(writer.block({ ...key, reason: 'fraud' })).rejects.toThrow(`The value of a block by ${type} is not valid; expected `)
    await expect(writer.unblock(key)).rejects.toThrow(TypeError)
  })

  it.each(['', 'He did not pay', 'x'.repeat(65)])('writes no block with the reason %j', async (reason) => {
    await expect(writer.block({ ...keyed(newPool(), 'username', 'ann'), reason })).rejects.toThrow("A block's reason must be an identifier")
  })

  it('writes no block with an end that is no date', async () => {
    const block = { ...keyed(newPool(), 'username', 'ann'), reason: 'fraud', expiresAt: new Date(Number.NaN) }
    await expect(writer.block(block)).rejects.toThrow()
    expect(await list.find([block], signal)).toEqual([])
  })
})

describe('when DynamoDB is in trouble, the block list', () => {
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

  it('rejects where keys were left unprocessed: no answer is not "not blocked"', async () => {
    const left = { Keys: [{ pk: { S: `${ann.userPoolId}#sub#${ann.sub}` } }] }
    const partly = answering(200, { Responses: { blocks: [] }, UnprocessedKeys: { blocks: left } })
    await expect(findWith(partly)).rejects.toMatchObject({ name: 'BlocksNotReadError', code: 'blocks-not-read' })
  })

  it.each([{}, { Responses: {} }, { Responses: { another: [] }, UnprocessedKeys: {} }])(
    'rejects where the answer says nothing of the table: %j',
    async (body) => {
      await expect(findWith(answering(200, body))).rejects.toMatchObject({ name: 'BlocksNotReadError' })
    },
  )

  it('takes an answer without unprocessed keys for a whole one, and ignores items that nobody asked for', async () => {
    const answer = answering(200, { Responses: { blocks: [{ pk: { S: 'another#sub#1' }, reason: { S: 'fraud' } }] } })
    expect(await findWith(answer)).toEqual([])
  })

  it('stops waiting when told to', async () => {
    const abort = new AbortController()
    await expect(findWith(() => abort.abort(), abort.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it.each(Object.keys(troubles).filter((trouble): trouble is Trouble => !/^(never|stalls|dribbles)/.test(trouble)))(
    'rejects where it %s',
    async (trouble) => {
      await expect(findWith(troubles[trouble])).rejects.toBeInstanceOf(Error)
    },
  )
})

it('the block list says what it needs of a deployment', () => {
  const documents = () => {
    throw new Error('made')
  }
  expect(dynamoBlockList({ documents, table: 'blocks' }).permissions).toEqual([
    { actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' },
  ])
})
