import { describe, expect, it } from 'vitest'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { type DenySubaddressingOptions, denySubaddressing } from '../../src/rules/deny-subaddressing.ts'
import { adminCreatedEvent, federatedEvent, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'
import { hostileAddresses } from '../support/hostile-addresses.ts'

const decide = (email: string, options?: DenySubaddressingOptions) =>
  preSignUp(denySubaddressing(options)).decide(preSignUpEvent({ email }))
const denied = { kind: 'denied', rule: 'deny-subaddressing', reason: 'subaddress', message: 'Please use an email address without a tag' }

describe('denySubaddressing', () => {
  it.each(['ann+news@gmail.com', 'Ann+news@GMAIL.com', 'ann-news@yahoo.com', 'news@ann.fastmail.com'])(
    'denies %s, which has a tag of its provider',
    async (email) => {
      expect(await decide(email)).toMatchObject(denied)
    },
  )

  it.each(['a.n.n@gmail.com', 'ann-news@gmail.com', 'ann+news@example.com', '+ann@gmail.com'])('skips %s', async (email) => {
    expect(await decide(email)).toMatchObject({ kind: 'proceed', rule: null })
  })

  it('skips a user without an address, and denies a malformed address', async () => {
    expect(await preSignUp(denySubaddressing()).decide(preSignUpEvent({}))).toMatchObject({ kind: 'proceed', rule: null })
    expect(await decide('"ann+news"@gmail.com')).toMatchObject({ ...denied, reason: 'email-malformed' })
  })

  it.each(hostileAddresses)('never allows a hostile address: $trick', async ({ address }) => {
    const decision = await decide(address)
    expect(decision.kind === 'denied' || decision.rule === null).toBe(true)
  })

  it('denies a plus in any other domain with plusElsewhere, except at the start', async () => {
    expect(await decide('ann+news@example.com', { plusElsewhere: 'deny' })).toMatchObject(denied)
    expect(await decide('+ann@example.com', { plusElsewhere: 'deny' })).toMatchObject({ kind: 'proceed' })
    expect(await decide('ann+news@yahoo.com', { plusElsewhere: 'deny' })).toMatchObject({ kind: 'proceed' })
  })

  it('denies a tag of a given provider, with the given message', async () => {
    const providers = [{ name: 'Own', domains: ['example.com'], separator: '-' }] as const
    const decision = await decide('ann-news@example.com', { providers, message: 'No tags' })
    expect(decision).toMatchObject({ kind: 'denied', reason: 'subaddress', message: 'No tags' })
  })

  it.each([
    ['an administrator', adminCreatedEvent],
    ['an identity provider', federatedEvent],
  ])('denies a tag from %s too', async (_, event) => {
    expect(await preSignUp(denySubaddressing()).decide(event({ email: 'ann+x@gmail.com' }))).toMatchObject(denied)
  })

  it('denies a tag at sign-in', async () => {
    const event = preAuthenticationEvent({ email: 'ann+x@gmail.com' })
    expect(await preAuthentication(denySubaddressing()).decide(event)).toMatchObject(denied)
  })

  it.each<readonly [unknown, string]>([
    ['deny', 'the options are a string'],
    [{ plus: 'deny' }, "unknown option 'plus'"],
    [{ plusElsewhere: true }, "plusElsewhere is 'true'; expected 'accept' or 'deny'"],
    [{ providers: 'gmail.com' }, 'providers is a string; expected a list of providers'],
    [{ message: ' ' }, 'the message is empty'],
  ])('throws when it is composed with %j', (options, message) => {
    const make = (): unknown => Reflect.apply(denySubaddressing, undefined, [options])
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
