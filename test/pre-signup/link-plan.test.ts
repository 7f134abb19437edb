import { describe, expect, it } from 'vitest'
import { type Account, type LinkChoices, type NewIdentity, planLink } from '../../src/pre-signup/link-plan.ts'

const account = (more: Partial<Account> = {}): Account => ({
  ...{ userName: 'ann', status: 'CONFIRMED', enabled: true, email: 'ann@example.com', emailVerified: true, identities: [] },
  ...more,
})
const proven: NewIdentity = { userName: 'Google_1', proven: true, unproven: 'provider-not-trusted' }
const unproven: NewIdentity = { ...proven, proven: false, unproven: 'email-not-verified' }
const none: LinkChoices = { linkInvited: false, removeUnconfirmed: false }
const all: LinkChoices = { linkInvited: true, removeUnconfirmed: true }
const facebook = account({
  userName: 'Facebook_7',
  status: 'EXTERNAL_PROVIDER',
  identities: [{ providerName: 'Facebook', userId: '7' }],
})
const linked = account({ identities: [{ providerName: 'google', userId: '1' }] })
const invited = account({ status: 'FORCE_CHANGE_PASSWORD' })

const deny = (reason: string) => ({ kind: 'deny', reason })
const goOn = (reason: string) => ({ kind: 'go-on', reason })

describe('planLink', () => {
  it.each<[string, readonly Account[], NewIdentity, LinkChoices, object]>([
    ['no account, and proof', [], proven, all, goOn('no-account')],
    ['no account, and no proof', [], unproven, all, goOn('no-account')],
    ['a confirmed account with a verified address, and proof', [account()], proven, none, { kind: 'link' }],
    ['a confirmed account with a verified address, and no proof', [account()], unproven, all, deny('email-not-verified')],
    ['an account, and an untrusted provider', [account()], { ...proven, proven: false }, all, deny('provider-not-trusted')],
    [
      'a confirmed account with an unverified address, and proof',
      [account({ emailVerified: false })],
      proven,
      all,
      deny('use-your-password'),
    ],
    [
      'a confirmed account with an unverified address, and no proof',
      [account({ emailVerified: false })],
      unproven,
      all,
      deny('use-your-password'),
    ],
    ['an unconfirmed account, and proof', [account({ status: 'UNCONFIRMED' })], proven, none, goOn('unconfirmed-left')],
    ['an unconfirmed account, proof and removeUnconfirmed', [account({ status: 'UNCONFIRMED' })], proven, all, { kind: 'remove' }],
    [
      'an unconfirmed account, no proof and removeUnconfirmed',
      [account({ status: 'UNCONFIRMED' })],
      unproven,
      all,
      deny('email-not-verified'),
    ],
    ['an invited account, and proof', [invited], proven, none, deny('use-your-password')],
    ['an invited account, proof and linkInvited', [invited], proven, all, { kind: 'link-invited' }],
    [
      'an invited account with an unverified address and linkInvited',
      [account({ ...invited, emailVerified: false })],
      proven,
      all,
      deny('use-your-password'),
    ],
    ['an invited account, no proof and linkInvited', [invited], unproven, all, deny('email-not-verified')],
    ['an account of another provider, and proof', [facebook], proven, all, deny('use-your-provider')],
    ['an account of another provider, and no proof', [facebook], unproven, all, deny('email-not-verified')],
    [
      'an account of another id at the provider',
      [account({ ...facebook, userName: 'Google_2', identities: [] })],
      proven,
      all,
      deny('use-your-provider'),
    ],
    ['a federated account with a password', [account({ ...facebook, status: 'CONFIRMED' })], proven, all, deny('use-your-provider')],
    ['several accounts, and proof', [account(), account({ userName: 'bob' })], proven, all, deny('ambiguous')],
    ['several accounts, and no proof', [account(), facebook], unproven, all, deny('ambiguous')],
    ['an account with this identity', [linked], proven, all, goOn('already-linked')],
    ['an account with this identity among others', [facebook, linked], unproven, none, goOn('already-linked')],
    [
      'the account of this identity itself',
      [account({ ...facebook, userName: 'google_1', identities: [] })],
      proven,
      all,
      goOn('already-linked'),
    ],
    [
      'an account with another identity of the provider',
      [account({ identities: [{ providerName: 'Google', userId: '2' }] })],
      proven,
      none,
      { kind: 'link' },
    ],
    ['a disabled account', [account({ enabled: false })], proven, all, deny('account-disabled')],
    [
      'a disabled unconfirmed account and removeUnconfirmed',
      [account({ enabled: false, status: 'UNCONFIRMED' })],
      proven,
      all,
      deny('account-disabled'),
    ],
    ['an account that must reset its password', [account({ status: 'RESET_REQUIRED' })], proven, all, deny('use-your-password')],
    ['an account with an unknown status', [account({ status: undefined })], proven, all, deny('use-your-password')],
  ])('plans for %s', (_, accounts, identity, choices, expected) => {
    expect(planLink(accounts, identity, choices)).toMatchObject(expected)
  })
})
