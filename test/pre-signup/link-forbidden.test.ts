import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/pre-signup/link-plan.ts'
import { linkProviders } from '../../src/pre-signup/link-providers.ts'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { denyIf } from '../../src/shared/rules/combinators.ts'
import { federatedEvent } from '../support/events.ts'
import { runs } from '../support/runs.ts'
import { memoryAccounts } from './memory-accounts.ts'

const emails: [string, ...string[]] = [
  'ann@example.com',
  'ANN@example.com',
  'ann@EXAMPLE.com',
  'bob@example.com',
  'ann@example.com.evil.com',
  '',
]
const statuses: [string, ...(string | undefined)[]] = [
  'CONFIRMED',
  'UNCONFIRMED',
  'FORCE_CHANGE_PASSWORD',
  'EXTERNAL_PROVIDER',
  'RESET_REQUIRED',
  'ARCHIVED',
  undefined,
]
const identities: [Account['identities'], ...Account['identities'][]] = [
  [],
  [{ providerName: 'Google', userId: '1' }],
  [{ providerName: 'Facebook', userId: '7' }],
]

/** Chooses one of the values, and mostly the first, so that many states lead to a link. */
const mostly = <V>(first: V, ...others: readonly V[]): fc.Arbitrary<V> =>
  fc.oneof({ arbitrary: fc.constant(first), weight: 3 * others.length }, { arbitrary: fc.constantFrom(...others), weight: others.length })

const account: fc.Arbitrary<Account> = fc.record({
  userName: mostly('ann', 'bob', 'Facebook_7', 'Google_1', 'Google_2'),
  status: mostly<string | undefined>(...statuses),
  enabled: mostly(true, false),
  email: mostly(...emails),
  emailVerified: mostly(true, false),
  identities: mostly<Account['identities']>(...identities),
})

const state = fc.record({
  found: fc.uniqueArray(account, { maxLength: 3, selector: ({ userName }) => userName }),
  // Undefined if the look-up is up to date.
  now: fc.option(fc.uniqueArray(account, { maxLength: 3, selector: ({ userName }) => userName }), { nil: undefined }),
  userName: mostly('Google_1', 'google_1', 'Facebook_7', 'Okta_1'),
  email: mostly('ann@example.com', 'Ann@Example.com', 'bob@example.com'),
  verified: mostly<string | undefined>('true', 'false', undefined),
  source: mostly('PreSignUp_ExternalProvider', 'PreSignUp_SignUp', 'PreSignUp_New'),
  linkInvited: fc.boolean(),
  removeUnconfirmed: fc.boolean(),
  denied: mostly(false, true),
})

interface State {
  readonly found: readonly Account[]
  readonly now?: readonly Account[] | undefined
  readonly userName: string
  readonly email: string
  readonly verified: string | undefined
  readonly source: string
  readonly linkInvited: boolean
  readonly removeUnconfirmed: boolean
  readonly denied: boolean
}

const lower = (text: string): string => text.toLowerCase()

/** Returns the reasons that forbid a link to an account, from the requirements alone. */
function listObstacles(state: State, linked: Account): readonly string[] {
  const invited = linked.status === 'FORCE_CHANGE_PASSWORD' && state.linkInvited
  const obstacles: readonly (readonly [boolean, string])[] = [
    [state.source !== 'PreSignUp_ExternalProvider', 'not a federated sign-in'],
    [state.denied, 'a later rule denied'],
    [state.verified !== 'true', 'the provider did not verify the address'],
    [!lower(state.userName).startsWith('google_'), 'the provider is not trusted'],
    [!linked.emailVerified, 'the address of the account is not verified'],
    [linked.status !== 'CONFIRMED' && !invited, 'the account is not confirmed'],
    [!linked.enabled, 'the account is disabled'],
    [lower(linked.email) !== lower(state.email), 'the account has another address'],
    [state.found.filter(({ email }) => lower(email) === lower(state.email)).length !== 1, 'several accounts have the address'],
  ]
  return obstacles.flatMap(([holds, reason]) => (holds ? [reason] : []))
}

async function run(given: State) {
  const accounts = memoryAccounts(...given.found)
  if (given.now !== undefined) accounts.change(...given.now)
  const { linkInvited, removeUnconfirmed, verified } = given
  const rule = linkProviders(accounts, { trust: ['Google'], revealsExistence: true, linkInvited, removeUnconfirmed })
  const event: PreSignUp['event'] = {
    ...federatedEvent({ email: given.email, ...(verified !== undefined && { email_verified: verified }) }),
    userName: given.userName,
    triggerSource: given.source,
  }
  const decision = await preSignUp(
    rule,
    denyIf(() => given.denied, 'late', 'No'),
  ).decide(event)
  return { accounts, decision }
}

describe('linkProviders with any state of the accounts', () => {
  it('links no account for which an obstacle exists, and changes no other account', async () => {
    let linkedCount = 0
    await fc.assert(
      fc.asyncProperty(state, async (given) => {
        const { accounts, decision } = await run(given)
        const current = given.now ?? given.found
        const readName = (change: string): string => change.split(' ')[1] ?? ''
        const links = accounts.changes.filter((change) => change.startsWith('link '))
        for (const change of accounts.changes.filter((each) => !each.startsWith('remove '))) {
          const target = current.find(({ userName }) => userName === readName(change))
          expect(target && listObstacles(given, target), change).toEqual([])
        }
        for (const change of accounts.changes.filter((each) => each.startsWith('remove '))) {
          const target = current.find(({ userName }) => userName === readName(change))
          expect(target).toMatchObject({ status: 'UNCONFIRMED', enabled: true })
          expect([given.removeUnconfirmed, given.denied, given.verified]).toEqual([true, false, 'true'])
        }
        expect(links.length).toBeLessThanOrEqual(1)
        expect(decision.kind === 'denied' && decision.reason === 'linked-retry').toBe(links.length === 1)
        linkedCount += links.length
      }),
      { numRuns: runs(3000) },
    )
    // The test proves nothing if no state leads to a link.
    expect(linkedCount).toBeGreaterThan(runs(3000) / 100)
  })

  it('links every account without an obstacle', async () => {
    const free = state.map((given) => ({
      ...given,
      source: 'PreSignUp_ExternalProvider',
      denied: false,
      verified: 'true',
      userName: 'Google_1',
      now: undefined,
    }))
    const local = account.map((each) => ({
      ...each,
      userName: 'ann',
      enabled: true,
      emailVerified: true,
      status: 'CONFIRMED',
      identities: [],
    }))
    await fc.assert(
      fc.asyncProperty(free, local, async (given, own) => {
        const { accounts } = await run({ ...given, email: own.email === '' ? 'bob@example.com' : own.email, found: [own] })

        expect(accounts.changes).toEqual(own.email === '' ? [] : ['link ann Google_1'])
      }),
      { numRuns: runs(300) },
    )
  })
})
