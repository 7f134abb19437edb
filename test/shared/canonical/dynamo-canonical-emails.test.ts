import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, expect, it, vi } from 'vitest'
import { documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { dynamoCanonicalEmails } from '../../../src/shared/canonical/dynamo-canonical-emails.ts'
import { createClaim, describeCanonicalEmails, newPool } from '../../support/contracts/canonical-emails.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { startLossyProxy } from '../../support/lossy-proxy.ts'

const { signal } = new AbortController()

afterEach(() => {
  vi.unstubAllEnvs()
})

onEveryDynamoDb((engine) => {
  const create = (now?: () => Date) =>
    dynamoCanonicalEmails({ documents: () => engine.documents(), table: engine.tables.limits, ...(now && { now }) })

  describeCanonicalEmails(create)

  it('reserves once, although DynamoDB wrote the reservation and the response was lost', async () => {
    const proxy = await startLossyProxy(engine.endpoint(), 1)
    stubEnvironment(endpointEnvironment({ dynamodb: proxy.endpoint }))
    try {
      const emails = dynamoCanonicalEmails({ documents: documentClient(), table: engine.tables.limits })
      const pool = newPool()
      expect(await emails.reserve(createClaim(pool, 'ann', 'ann@gmail.com'), signal)).toBe('renewed')
      expect(await emails.reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)).toBe(false)
    } finally {
      await proxy.stop()
    }
  })

  it('stores hashes of the address and of the user name, and the end of the reservation', async () => {
    const pool = newPool()
    await create(() => new Date(123_000)).reserve(createClaim(pool, 'mary', 'mary@gmail.com'), signal)

    const { Items = [] } = await engine.documents().send(new ScanCommand({ TableName: engine.tables.limits }))
    const hash = expect.stringMatching(/^[\w-]{43}$/)
    expect(Items.filter(({ expiresAt }) => expiresAt === 3723)).toEqual([
      { pk: hash, owner: hash, expiresAt: 3723, token: expect.any(String), attempts: 1 },
    ])
    expect(JSON.stringify(Items)).not.toContain('mary')
  })

  it('forgets a mailbox that was kept, in any spelling of its address', async () => {
    const emails = create()
    const pool = newPool()
    await emails.keep(createClaim(pool, 'ann', 'ann@gmail.com'), signal)

    await emails.forget(pool, 'A.nn@googlemail.com')

    expect(await emails.reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)).toBe(true)
    await expect(emails.forget(pool, 'ann')).rejects.toThrow('expected one plain email address')
  })

  it('compares addresses of a given provider', async () => {
    const providers = [{ name: 'Own', domains: ['example.com'], separator: '+' }] as const
    const emails = dynamoCanonicalEmails({ documents: () => engine.documents(), table: engine.tables.limits, providers })
    const pool = newPool()
    await emails.reserve(createClaim(pool, 'ann', 'ann@example.com'), signal)

    expect(await emails.reserve(createClaim(pool, 'eve', 'ann+x@example.com'), signal)).toBe(false)
    expect(await create().reserve(createClaim(pool, 'eve', 'ann+x@example.com'), signal)).toBe(true)
  })

  it('throws if DynamoDB cannot write', async () => {
    const emails = dynamoCanonicalEmails({ documents: () => engine.documents(), table: 'no-such-table' })
    const claim = createClaim(newPool(), 'ann', 'ann@gmail.com')
    for (const call of [emails.reserve, emails.keep, emails.release])
      await expect(call(claim, signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

it('declares its permissions, and throws for invalid options', () => {
  const options = { documents: documentClient(), table: 'emails' }
  expect(dynamoCanonicalEmails(options).permissions).toEqual([
    { actions: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], resource: 'CANONICAL_EMAIL_TABLE' },
  ])
  const make = (more: object): unknown => Reflect.apply(dynamoCanonicalEmails, undefined, [{ ...options, ...more }])
  expect(() => make({ tables: 'x' })).toThrow("unknown option 'tables'")
  expect(() => make({ providers: {} })).toThrow('providers is an object; expected a list of providers')
})
