import { describe, expect, it } from 'vitest'
import { denyDuplicateEmail, type EmailDirectory, type EmailQuery } from '../../src/pre-signup/deny-duplicate-email.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { hostileAddresses } from '../support/hostile-addresses.ts'

const revealing = { revealsExistence: true } as const
const GENERIC = 'This email address cannot be used to sign up'

/** Makes a directory of some keys that records all queries. */
function createDirectory(...keys: readonly string[]): EmailDirectory & { readonly queries: EmailQuery[] } {
  const queries: EmailQuery[] = []
  return {
    queries,
    isTaken: async (query) => {
      queries.push(query)
      return keys.includes(query.key)
    },
  }
}

describe('denyDuplicateEmail', () => {
  it('denies a taken address in any spelling of its case with a generic message, and skips a free one', async () => {
    const handler = preSignUp(denyDuplicateEmail(createDirectory('ann@example.com'), revealing))

    for (const email of ['ann@example.com', 'Ann@Example.COM.']) {
      expect(await handler.decide(preSignUpEvent({ email }))).toMatchObject({
        kind: 'denied',
        rule: 'deny-duplicate-email',
        reason: 'email-taken',
        message: GENERIC,
      })
    }
    expect(await handler.decide(preSignUpEvent({ email: 'bob@example.com' }))).toMatchObject({ kind: 'proceed', rule: null })
  })

  it('passes the pool, the address as typed and its key to the directory, once for each sign-up', async () => {
    const directory = createDirectory('ann@xn--mnchen-3ya.de')
    const handler = preSignUp(denyDuplicateEmail(directory, revealing))
    const { userPoolId } = preSignUpEvent()

    await handler.decide(preSignUpEvent({ email: 'Ann@München.de' }))
    await handler.decide(preSignUpEvent({ email: 'bob@example.com' }))

    expect(directory.queries).toEqual([
      { userPoolId, email: 'Ann@München.de', key: 'ann@xn--mnchen-3ya.de' },
      { userPoolId, email: 'bob@example.com', key: 'bob@example.com' },
    ])
  })

  it.each([
    ['an administrator', adminCreatedEvent({ email: 'ann@example.com' })],
    ['an identity provider', federatedEvent({ email: 'ann@example.com', email_verified: 'true' })],
    ['an unknown source', preSignUpEvent({ email: 'ann@example.com' }, { triggerSource: 'PreSignUp_Telepathy' })],
  ])('denies a taken address from %s too', async (_, event) => {
    const decision = await preSignUp(denyDuplicateEmail(createDirectory('ann@example.com'), revealing)).decide(event)
    expect(decision).toMatchObject({ kind: 'denied', reason: 'email-taken' })
  })

  it('skips a user without an address, and denies a malformed address, without a look-up', async () => {
    const directory = createDirectory('ann@example.com')
    const handler = preSignUp(denyDuplicateEmail(directory, revealing))

    expect(await handler.decide(preSignUpEvent({}))).toMatchObject({ kind: 'proceed', rule: null })
    expect(await handler.decide(preSignUpEvent({ email: '"ann"@example.com' }))).toMatchObject({
      kind: 'denied',
      reason: 'email-malformed',
      message: GENERIC,
    })
    expect(directory.queries).toEqual([])
  })

  it('never lets a hostile address pass as free without a look-up', async () => {
    const directory = createDirectory()
    const handler = preSignUp(denyDuplicateEmail(directory, revealing))
    for (const { address } of hostileAddresses.filter((each) => each.address !== '')) {
      const before = directory.queries.length
      const { kind } = await handler.decide(preSignUpEvent({ email: address }))
      expect([address, kind]).toEqual([address, directory.queries.length > before ? 'proceed' : 'denied'])
    }
  })

  it('uses the option message for every denial', async () => {
    const message = 'You have an account already. Please sign in'
    const handler = preSignUp(denyDuplicateEmail(createDirectory('ann@example.com'), { ...revealing, message }))
    for (const email of ['ann@example.com', 'ann'])
      expect(await handler.decide(preSignUpEvent({ email }))).toMatchObject({ kind: 'denied', message })
  })

  it('refuses the user if the look-up fails, hangs or returns something else than a boolean, unless failOpen is composed', async () => {
    const returning = (json: string): EmailDirectory => ({ isTaken: async () => JSON.parse(json) })
    const broken: readonly (readonly [EmailDirectory, string])[] = [
      [{ isTaken: () => Promise.reject(new Error('throttled')) }, 'Error'],
      [{ isTaken: () => new Promise<boolean>(() => undefined) }, 'DeadlineExceededError'],
      [returning('null'), 'TypeError'],
      [returning('[{}]'), 'TypeError'],
    ]
    for (const [directory, name] of broken) {
      const rule = denyDuplicateEmail(directory, revealing)
      expect(await preSignUp({ deadlineMs: 50 }, rule).decide(preSignUpEvent())).toMatchObject({ kind: 'failed', error: { name } })
      expect(await preSignUp({ deadlineMs: 50 }, failOpen(rule)).decide(preSignUpEvent())).toMatchObject({ kind: 'proceed' })
    }
  })

  it('declares the permissions of its directory', () => {
    const permissions = [{ actions: ['dynamodb:Query'], resource: 'EMAIL_TABLE' }]
    expect(denyDuplicateEmail({ ...createDirectory(), permissions }, revealing)).toMatchObject({ can: ['deny'], permissions })
    expect(denyDuplicateEmail(createDirectory(), revealing).permissions).toBeUndefined()
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no options', [createDirectory()], 'the options are undefined; expected an object'],
    [
      'options without revealsExistence',
      [createDirectory(), {}],
      'reveals to anyone that an address has an account; expected revealsExistence',
    ],
    ['another truthy value', [createDirectory(), { revealsExistence: 'yes' }], 'expected revealsExistence: true'],
    ['a misspelt option', [createDirectory(), { revealExistence: true }], "unknown option 'revealExistence'"],
    ['an empty message', [createDirectory(), { ...revealing, message: ' ' }], 'the message is empty'],
    ['no directory', [undefined, revealing], 'the directory is undefined; expected an object with a function isTaken'],
    ['a function as directory', [() => true, revealing], 'the directory is a function; expected an object with a function isTaken'],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(denyDuplicateEmail, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
