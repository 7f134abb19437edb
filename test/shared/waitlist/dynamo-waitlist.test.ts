import { randomUUID } from 'node:crypto'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { dynamoWaitlist } from '../../../src/shared/waitlist/dynamo-waitlist.ts'
import { dynamoWaitlistWriter } from '../../../src/shared/waitlist/dynamo-waitlist-writer.ts'
import { collect } from '../../support/contracts/invites.ts'
import { describeWaitlist } from '../../support/contracts/waitlist.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'

const { signal } = new AbortController()

onEveryDynamoDb((engine) => {
  const create = (now: () => Date = () => new Date()) => {
    const options = { documents: () => engine.documents(), table: engine.tables.limits, now }
    return { ...dynamoWaitlist(options), ...dynamoWaitlistWriter(options) }
  }

  describeWaitlist(create)

  it('lists no item that is not an entry', async () => {
    const pk = randomUUID()
    await engine.documents().send(new PutCommand({ TableName: engine.tables.limits, Item: { pk, email: pk } }))
    expect((await collect(create().list())).map(({ email }) => email)).not.toContain(pk)
  })

  it('takes the time from the system clock by default', async () => {
    const options = { documents: () => engine.documents(), table: engine.tables.limits }
    const key = { userPoolId: 'eu-west-1_Example', email: `${randomUUID()}@example.com` }
    const before = Date.now()
    await dynamoWaitlist(options).record(key, signal)
    await dynamoWaitlistWriter(options).admit(key)

    const [entry] = (await collect(create().list())).filter(({ email }) => email === key.email)
    for (const time of [entry?.joinedAt, entry?.admittedAt]) expect(time?.getTime()).toBeGreaterThanOrEqual(before)
  })

  it('throws if DynamoDB cannot be used, and declares its request', async () => {
    const list = dynamoWaitlist({ documents: () => engine.documents(), table: 'no-such-table' })
    const joining = list.record({ userPoolId: 'a', email: 'ann@example.com' }, signal)
    await expect(joining).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(list.permissions).toEqual([{ actions: ['dynamodb:UpdateItem'], resource: 'WAITLIST_TABLE' }])
  })
})
