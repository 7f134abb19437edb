import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/pre-signup/link-plan.ts'
import { type LinkProvidersOptions, linkProviders } from '../../src/pre-signup/link-providers.ts'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { denyIf, shadow } from '../../src/shared/rules/combinators.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import type { RuleArgument } from '../../src/shared/rules/rule.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { type MemoryAccounts, memoryAccounts } from './memory-accounts.ts'

const SUBJECT = '109500000000000000000'
const ann: Account = {
  ...{ userName: 'ann', status: 'CONFIRMED', enabled: true, email: 'ann@example.com', emailVerified: true, identities: [] },
}
const event = (change: Record<string, string> = {}, userName = `Google_${SUBJECT}`) => ({
  ...federatedEvent({ email: 'ann@example.com', email_verified: 'true', ...change }),
  userName,
})
const options: LinkProvidersOptions = { trust: ['Google', 'M_Saml'], revealsExistence: true }

const decide = (
  accounts: MemoryAccounts,
  more: Partial<LinkProvidersOptions> = {},
  given = event(),
  ...later: readonly RuleArgument<PreSignUp>[]
) => preSignUp(linkProviders(accounts, { ...options, ...more }), ...later).decide(given)

describe('linkProviders', () => {
  it('links the identity to the account, and then denies, because Cognito cannot continue this sign-in', async () => {
    const accounts = memoryAccounts(ann)
    const decision = await decide(accounts)

    expect(accounts.changes).toEqual([`link ann Google_${SUBJECT}`])
    expect(decision).toMatchObject({ kind: 'denied', rule: 'link-providers', reason: 'linked-retry', message: 'Please sign in again' })
    expect(decision.trace).toMatchObject([
      { outcome: 'skip', reason: 'account-found' },
      { commit: true, outcome: 'deny' },
    ])
  })

  it.each([
    ['ann@example.com', 'ANN@Example.com'],
    ['Ann@EXAMPLE.com', 'ann@example.com'],
  ])('compares addresses without case: %s and %s', async (email, stored) => {
    const accounts = memoryAccounts({ ...ann, email: stored })
    await decide(accounts, {}, event({ email }))

    expect(accounts.changes).toHaveLength(1)
  })

  it('ignores accounts with another address that the look-up returns', async () => {
    const accounts = memoryAccounts({ ...ann, email: 'ann@example.com.evil.com' }, { ...ann, userName: 'x', email: 'broken' })

    expect(await decide(accounts)).toMatchObject({ kind: 'proceed', trace: [{ reason: 'no-account' }, { reason: 'reserved' }] })
    expect(accounts.changes).toEqual([])
  })

  it.each([
    ['google_1095', 'Google_1095'],
    ['M_Saml_ann@example.com', 'M_Saml_ann@example.com'],
    ['m_saml_a_b_c', 'M_Saml_a_b_c'],
  ])('reads the provider and the id of %s, and spells the provider as `trust` does', async (userName, identity) => {
    const accounts = memoryAccounts(ann)
    await decide(accounts, {}, event({}, userName))

    expect(accounts.changes).toEqual([`link ann ${identity}`])
  })

  it.each(['Facebook_1', 'Google2_1', 'Googl_e_1', 'M_Samlx_1', 'Google', '_Google_1', 'ann'])(
    'does not trust the provider of %s',
    async (userName) => {
      const accounts = memoryAccounts(ann)

      expect(await decide(accounts, {}, event({}, userName))).toMatchObject({ kind: 'denied', reason: 'provider-not-trusted' })
      expect(accounts.changes).toEqual([])
    },
  )

  it.each(['false', '', 'TRUE'])('does not link if the provider sends email_verified %j', async (email_verified) => {
    expect(await decide(memoryAccounts(ann), {}, event({ email_verified }))).toMatchObject({ kind: 'denied', reason: 'email-not-verified' })
  })

  it('denies an address that is not exactly one address, because it may be another spelling', async () => {
    expect(await decide(memoryAccounts(ann), {}, event({ email: '"ann"@example.com' }))).toMatchObject({ reason: 'email-malformed' })
  })

  it('skips users without an address, and users who sign up in another way', async () => {
    const accounts = memoryAccounts(ann)
    const skipped = async (given: PreSignUp['event']) => (await decide(accounts, {}, given)).trace[0]?.reason

    expect(await skipped(federatedEvent({}))).toBe('no-email')
    expect(await skipped(preSignUpEvent())).toBe('not-federated')
    expect(await skipped(adminCreatedEvent())).toBe('not-federated')
    expect(await skipped(preSignUpEvent({ email: 'ann@example.com', email_verified: 'true' }, { triggerSource: 'PreSignUp_New' }))).toBe(
      'not-federated',
    )
    expect(accounts.changes).toEqual([])
  })

  it('changes nothing if a later rule denies or fails, or in a shadow', async () => {
    const accounts = memoryAccounts(ann)
    const late = preSignUp.rule('late', () => deny('no', 'No'))
    const broken = preSignUp.rule('broken', () => {
      throw new Error('x')
    })

    expect(await decide(accounts, {}, event(), late)).toMatchObject({ kind: 'denied', rule: 'late' })
    expect(await decide(accounts, {}, event(), broken)).toMatchObject({ kind: 'failed' })
    expect(await preSignUp(shadow(linkProviders(accounts, options))).decide(event())).toMatchObject({ kind: 'proceed' })
    expect(accounts.changes).toEqual([])
  })

  it('releases the reservations of other rules when it links', async () => {
    const steps: string[] = []
    const seat = preSignUp.rule('seat', () => skip(), {
      commit: { reserve: () => void steps.push('reserve'), release: () => void steps.push('release') },
    })
    await preSignUp(seat, linkProviders(memoryAccounts(ann), options)).decide(event())

    expect(steps).toEqual(['reserve', 'release'])
  })

  it('looks up the accounts once for an event', async () => {
    let calls = 0
    const accounts = memoryAccounts(ann)
    const find: typeof accounts.find = (...args) => {
      calls += 1
      return accounts.find(...args)
    }
    await preSignUp(linkProviders({ ...accounts, find }, options)).decide(event())

    expect(calls).toBe(1)
  })
})

describe('linkProviders for a repeated event', () => {
  it('goes on if the identity is linked already', async () => {
    const accounts = memoryAccounts({ ...ann, identities: [{ providerName: 'Google', userId: SUBJECT }] })

    expect(await decide(accounts)).toMatchObject({ kind: 'proceed', trace: [{ reason: 'already-linked' }, {}] })
    expect(accounts.changes).toEqual([])
  })

  it('denies with linked-retry if another attempt linked at the same time, or if the response was lost', async () => {
    const accounts = memoryAccounts(ann)
    accounts.failOnce('link', 'after')

    expect(await decide(accounts)).toMatchObject({ kind: 'denied', reason: 'linked-retry' })
    accounts.failOnce('read', 'before')
    expect(await decide(accounts)).toMatchObject({ kind: 'failed' })
  })

  it('fails if the link fails, and links at the next attempt', async () => {
    const accounts = memoryAccounts(ann)
    accounts.failOnce('link', 'before')

    expect(await decide(accounts)).toMatchObject({ kind: 'failed', rule: 'link-providers' })
    expect(await decide(accounts)).toMatchObject({ kind: 'denied', reason: 'linked-retry' })
  })

  it('fails if the account disappears while it links', async () => {
    const accounts = memoryAccounts(ann)
    const link: typeof accounts.link = async () => {
      accounts.change()
      throw new Error('UserNotFound')
    }

    expect(await preSignUp(linkProviders({ ...accounts, link }, options)).decide(event())).toMatchObject({ kind: 'failed' })
  })
})

describe('linkProviders with a look-up that is out of date', () => {
  it.each<[string, readonly Account[], object]>([
    ['is unverified now', [{ ...ann, emailVerified: false }], { kind: 'denied', reason: 'use-your-password' }],
    ['has another address now', [{ ...ann, email: 'eve@example.com' }], { kind: 'proceed' }],
    ['is disabled now', [{ ...ann, enabled: false }], { kind: 'denied', reason: 'account-disabled' }],
    ['is unconfirmed now', [{ ...ann, status: 'UNCONFIRMED' }], { kind: 'proceed' }],
    ['is deleted now', [], { kind: 'proceed' }],
  ])('does not link an account that %s', async (_, now, expected) => {
    const accounts = memoryAccounts(ann)
    accounts.change(...now)

    expect(await decide(accounts)).toMatchObject(expected)
    expect(accounts.changes).toEqual([])
  })

  it('does not delete an account that was confirmed in the meantime', async () => {
    const accounts = memoryAccounts({ ...ann, status: 'UNCONFIRMED' })
    accounts.change({ ...ann, emailVerified: false })

    expect(await decide(accounts, { removeUnconfirmed: true })).toMatchObject({ kind: 'denied', reason: 'use-your-password' })
    expect(accounts.changes).toEqual([])
  })
})

describe('the options of linkProviders', () => {
  it('removeUnconfirmed deletes an unconfirmed account and goes on, after all rules have passed', async () => {
    const accounts = memoryAccounts({ ...ann, status: 'UNCONFIRMED', emailVerified: false })

    expect(await decide(accounts)).toMatchObject({ kind: 'proceed', trace: [{ reason: 'unconfirmed-left' }, {}] })
    expect(
      await decide(
        accounts,
        { removeUnconfirmed: true },
        event(),
        denyIf(() => true, 'no', 'No'),
      ),
    ).toMatchObject({ kind: 'denied' })
    expect(accounts.changes).toEqual([])
    expect(await decide(accounts, { removeUnconfirmed: true })).toMatchObject({ kind: 'proceed' })
    expect(accounts.changes).toEqual(['remove ann'])
  })

  it('linkInvited sets a random password before it links an invited user', async () => {
    const accounts = memoryAccounts({ ...ann, status: 'FORCE_CHANGE_PASSWORD' })

    expect(await decide(accounts)).toMatchObject({ kind: 'denied', reason: 'use-your-password' })
    accounts.failOnce('setRandomPassword', 'before')
    expect(await decide(accounts, { linkInvited: true })).toMatchObject({ kind: 'failed' })
    expect(accounts.changes).toEqual([])
    expect(await decide(accounts, { linkInvited: true })).toMatchObject({ kind: 'denied', reason: 'linked-retry' })
    expect(accounts.changes).toEqual(['password ann', `link ann Google_${SUBJECT}`])
  })

  it('revealProvider names the provider of the account', async () => {
    const facebook: Account = { ...ann, userName: 'Facebook_7', status: 'EXTERNAL_PROVIDER' }
    const message = async (account: Account, more: Partial<LinkProvidersOptions>) =>
      Object(await decide(memoryAccounts(account), more)).message

    expect(await message(facebook, {})).toBe('This email address cannot be used to sign up')
    expect(await message(facebook, { revealProvider: true })).toBe('Please sign in with Facebook')
    const named = { ...facebook, identities: [{ providerName: 'Okta', userId: '7' }] }
    expect(await message(named, { revealProvider: true })).toBe('Please sign in with Okta')
  })

  it('messages sets the text of each reason', async () => {
    const messages = { 'linked-retry': 'Done. Sign in once more', ambiguous: 'Call us' }

    expect(await decide(memoryAccounts(ann), { messages })).toMatchObject({ message: 'Done. Sign in once more' })
    expect(await decide(memoryAccounts(ann, { ...ann, userName: 'b' }), { messages })).toMatchObject({ message: 'Call us' })
  })

  it('declares only the permissions that the options need', () => {
    const actions = (more: Partial<LinkProvidersOptions>) =>
      linkProviders(memoryAccounts(), { ...options, ...more }).permissions?.flatMap((each) => each.actions)

    expect(actions({})).toEqual(['x:find'])
    expect(actions({ linkInvited: true, removeUnconfirmed: true })).toEqual(['x:find', 'x:password', 'x:remove'])
    const { permissions: _, ...undeclared } = memoryAccounts()
    expect(linkProviders(undeclared, options).permissions).toBeUndefined()
  })

  it('fails if the look-up does not return a list', async () => {
    const accounts = { ...memoryAccounts(), find: async () => undefined as never }

    expect(await preSignUp(linkProviders(accounts, options)).decide(event())).toMatchObject({
      kind: 'failed',
      error: new TypeError('find() returned undefined; expected a list of accounts'),
    })
  })

  it.each<[unknown, unknown, string]>([
    [undefined, options, 'the accounts are undefined; expected an object with a function find'],
    [{ find: () => [] }, options, 'the accounts are an object; expected an object with a function read'],
    [memoryAccounts(), { trust: ['Google'] }, 'expected revealsExistence: true'],
    [memoryAccounts(), { revealsExistence: true }, "trust is undefined; expected a list such as ['Google']"],
    [memoryAccounts(), { ...options, trust: [] }, 'trust needs at least one value'],
    [memoryAccounts(), { ...options, trust: [1] }, 'argument 1 is a number; expected a string'],
    [memoryAccounts(), { ...options, removeUnconfirmed: 'yes' }, 'removeUnconfirmed is a string; expected a boolean'],
    [memoryAccounts(), { ...options, removeUnconfrimed: true }, "unknown option 'removeUnconfrimed'"],
    [memoryAccounts(), { ...options, messages: { linked: 'x' } }, "unknown option 'linked'"],
    [memoryAccounts(), { ...options, messages: { ambiguous: '.' } }, "deny('ambiguous'): the message is empty"],
  ])('throws for invalid arguments (%#)', (accounts, given, message) => {
    expect(() => Reflect.apply(linkProviders, undefined, [accounts, given])).toThrow(message)
  })
})
