import { randomUUID } from 'node:crypto'
import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { dynamoInviteWriter } from '../../../src/shared/invites/dynamo-invite-writer.ts'
import { dynamoInvites } from '../../../src/shared/invites/dynamo-invites.ts'
import { createInviteCode, toInviteId } from '../../../src/shared/invites/invites.ts'
import { collect, describeInvites } from '../../support/contracts/invites.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'

const { signal } = new AbortController()
const ann = { userPoolId: 'eu-west-1_Example', userName: 'ann' }

onEveryDynamoDb((engine) => {
  const create = (now: () => Date = () => new Date()) => {
    const options = { documents: () => engine.documents(), table: engine.tables.limits, now }
    return { ...dynamoInvites(options), ...dynamoInviteWriter(options) }
  }
  const put = (item: Record<string, unknown>) => engine.documents().send(new PutCommand({ TableName: engine.tables.limits, Item: item }))

  describeInvites(create)

  it('stores neither the code nor the name of the user who reserves it', async () => {
    const invites = create()
    const code = createInviteCode()
    const user = { ...ann, userName: `mary-${randomUUID()}` }
    await invites.create({ type: 'code', value: code, until: new Date(Date.now() + 1e9) })
    await invites.reserve({ type: 'code', value: code }, user, signal)
    await invites.keep(user, signal)

    const { Items = [] } = await engine.documents().send(new ScanCommand({ TableName: engine.tables.limits }))
    const text = JSON.stringify(Items)
    expect(text).toContain(toInviteId({ type: 'code', value: code.toLowerCase() }))
    expect(text).not.toContain(code)
    expect(text).not.toContain(code.replaceAll('-', ''))
    expect(text).not.toContain(user.userName)
  })

  it.each([
    { holds: {} },
    { uses: '1', holds: {} },
    { uses: 1, holds: 'none' },
    { uses: 1, holds: { x: 'y' } },
    { uses: 1, holds: {}, expiresAt: 'soon' },
  ])('does not accept an item that a person has broken: %j', async (broken) => {
    const key = { type: 'code', value: randomUUID() } as const
    await put({ pk: toInviteId(key), ...broken })
    expect(await create().find(key, ann, signal)).toBe('unknown')
    expect((await collect(create().list())).map(({ id }) => id)).not.toContain(toInviteId(key))
  })

  it('revokes no item that is not an invitation', async () => {
    const pk = `other-${randomUUID()}`
    await put({ pk })
    expect(await create().revoke({ id: pk })).toBe(false)
    const { Item } = await engine.documents().send(new GetCommand({ TableName: engine.tables.limits, Key: { pk } }))
    expect(Item).toEqual({ pk })
  })

  it('throws if DynamoDB cannot be used, and declares both requests', async () => {
    const invites = dynamoInvites({ documents: () => engine.documents(), table: 'no-such-table' })
    const key = { type: 'code', value: 'x' } as const
    const calls = [() => invites.find(key, ann, signal), () => invites.reserve(key, ann, signal), () => invites.keep(ann, signal)]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(invites.permissions).toEqual([{ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resource: 'INVITE_TABLE' }])
  })
})

describe('createInviteCode', () => {
  it('creates a different code each time, in four groups of five digits', () => {
    const codes = Array.from({ length: 100 }, createInviteCode)
    expect(new Set(codes).size).toBe(100)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}$/)
  })
})
