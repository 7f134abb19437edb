import { emailKey, parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions, assertTexts, describeValue } from '../shared/rules/arguments.ts'
import { perInvocation } from '../shared/rules/condition.ts'
import { type Deny, deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { EmailQuery } from './deny-duplicate-email.ts'
import { type Account, type Identity, type LinkPlan, type LinkReason, type NewIdentity, planLink } from './link-plan.ts'
import type { PreSignUp } from './trigger.ts'

/** An account in a pool. */
export interface AccountKey {
  readonly userPoolId: string
  readonly userName: string
}

/** The accounts of a user pool, and the changes that linking makes. Every change can be repeated safely. */
export interface LinkableAccounts {
  /** Returns all accounts with the address, in any case. It may return more accounts, and may be a little out of date. */
  readonly find: (query: EmailQuery, signal: AbortSignal) => Promise<readonly Account[]>
  /** Returns an account as it is now, or undefined. */
  readonly read: (account: AccountKey, signal: AbortSignal) => Promise<Account | undefined>
  readonly link: (account: AccountKey, identity: Identity, signal: AbortSignal) => Promise<void>
  /** Sets a permanent password that no one knows, which confirms an invited user. */
  readonly setRandomPassword: (account: AccountKey, signal: AbortSignal) => Promise<void>
  readonly remove: (account: AccountKey, signal: AbortSignal) => Promise<void>
  /** The IAM permissions of each function. */
  readonly permissions?: Readonly<Partial<Record<'find' | 'read' | 'link' | 'setRandomPassword' | 'remove', readonly RulePermission[]>>>
}

/** The options of {@link linkProviders}. */
export interface LinkProvidersOptions {
  /** The names of the identity providers in the pool whose `email_verified` counts as proof. Every other provider is never linked. */
  readonly trust: readonly string[]
  /**
   * Must be `true`. A denial reveals that an address has an account, to anyone who signs in with that address at any identity provider of the
   * pool.
   */
  readonly revealsExistence: true
  /**
   * Links a user whom an administrator created and who never signed in (`FORCE_CHANGE_PASSWORD`), if the address is verified. The temporary
   * password stops working. The default is false.
   */
  readonly linkInvited?: boolean
  /** Deletes an account with the address that was never confirmed. The default is false, which leaves it and creates a second account. */
  readonly removeUnconfirmed?: boolean
  /** Names the provider of the existing account in the message of `use-your-provider`. The default is false. */
  readonly revealProvider?: boolean
  /** The message of each denial, by its reason. */
  readonly messages?: Readonly<Partial<Record<LinkReason, string>>>
}

/** The reason of the denial after a link. */
const LINKED: LinkReason = 'linked-retry'
/** The message of `linked-retry`. */
const SIGN_IN_AGAIN = 'Please sign in again'
/** The message of all other denials. It does not mention the account. */
const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'

const REASONS: readonly LinkReason[] = [
  ...(['account-disabled', 'ambiguous', 'email-malformed', 'email-not-verified'] as const),
  ...(['linked-retry', 'provider-not-trusted', 'use-your-password', 'use-your-provider'] as const),
]

// Cognito allows an underscore in a provider's name only as its second character, and requires three characters.
const FIRST_SEPARATOR = 3

/**
 * Makes a rule that links a federated user to the account with the same email address, at the user's first sign-in through that provider. It
 * links only if the account is confirmed and its address verified, and a trusted provider has verified the address. It never links
 * otherwise: the page of the rule has the table of all cases.
 *
 * It links after all other rules have passed. Cognito cannot continue the sign-in that linked, so the rule then denies with the reason
 * `linked-retry`. The next sign-in works.
 *
 * @throws TypeError without `revealsExistence: true` or a trusted provider, for invalid options, an empty message or invalid accounts.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation-consolidate-users.html
 * @example
 * const accounts = cognitoAccounts({ cognito: cognitoClient() })
 * preSignUp(linkProviders(accounts, { trust: ['Google'], revealsExistence: true }))
 */
export function linkProviders(accounts: LinkableAccounts, options: LinkProvidersOptions): Rule<PreSignUp> {
  const { trust, linkInvited, removeUnconfirmed, toDenial } = readOptions(accounts, options)
  const choices = { linkInvited, removeUnconfirmed }

  /** Looks up the accounts once, for the decision and for the change after it. */
  const findPlan = perInvocation(async (ctx: RuleContext<PreSignUp>): Promise<LinkPlan> => {
    const query = toQuery(ctx)
    if (query === undefined) return { kind: 'deny', reason: 'email-malformed' }
    const found: unknown = await accounts.find(query, ctx.signal)
    if (!Array.isArray(found)) throw new TypeError(`find() returned ${describeValue(found)}; expected a list of accounts`)
    const same = found.filter((account: Account) => hasAddress(account, query.key))
    return planLink(same, readIdentity(ctx, trust), choices)
  })
  const isJudged = ({ event, user }: RuleContext<PreSignUp>): boolean =>
    event.triggerSource === 'PreSignUp_ExternalProvider' && user.email !== undefined

  /** Reads the account again, because the look-up may be out of date, and makes the change. */
  const change = async (ctx: RuleContext<PreSignUp>): Promise<Deny | undefined> => {
    const plan = isJudged(ctx) ? await findPlan(ctx) : undefined
    if (plan === undefined || plan.kind === 'go-on' || plan.kind === 'deny') return undefined
    const { signal, event } = ctx
    const key = { userPoolId: event.userPoolId, userName: plan.account.userName }
    const readAgain = async (): Promise<LinkPlan> => {
      const account = await accounts.read(key, signal)
      const query = toQuery(ctx)
      const isSame = account !== undefined && query !== undefined && hasAddress(account, query.key)
      return planLink(isSame ? [account] : [], readIdentity(ctx, trust), choices)
    }
    const now = await readAgain()
    if (now.kind === 'deny') return toDenial(now)
    if (now.kind === 'go-on') return undefined
    if (now.kind === 'remove') {
      await accounts.remove(key, signal)
      return undefined
    }
    // Without a password of its own, the temporary one would stay valid.
    if (now.kind === 'link-invited') await accounts.setRandomPassword(key, signal)
    try {
      await accounts.link(key, parseIdentity(event.userName, trust), signal)
    } catch (error) {
      // A repeated event may have linked in the meantime.
      const then = await readAgain()
      if (then.kind !== 'go-on' || then.reason !== 'already-linked') throw error
    }
    return toDenial({ kind: 'deny', reason: LINKED })
  }

  return defineRule<PreSignUp>(
    'link-providers',
    async (ctx) => {
      if (!isJudged(ctx)) return skip(ctx.user.email === undefined ? 'no-email' : 'not-federated')
      const plan = await findPlan(ctx)
      if (plan.kind === 'deny') return toDenial(plan)
      return skip(plan.kind === 'go-on' ? plan.reason : 'account-found')
    },
    {
      can: ['deny'],
      reasons: ['account-found', 'already-linked', 'no-account', 'not-federated', 'unconfirmed-left', ...REASONS],
      commit: { reserve: change, release: () => undefined },
      ...(accounts.permissions && { permissions: listPermissions(accounts.permissions, choices) }),
    },
  )
}

interface ReadOptions {
  readonly trust: readonly string[]
  readonly linkInvited: boolean
  readonly removeUnconfirmed: boolean
  readonly toDenial: (plan: LinkPlan & { readonly kind: 'deny' }) => Deny
}

function readOptions(accounts: LinkableAccounts, options: LinkProvidersOptions): ReadOptions {
  // Check at run time for plain JavaScript, because only TypeScript checks the types.
  const missing = (['find', 'read', 'link', 'setRandomPassword', 'remove'] as const).find((name) => typeof accounts?.[name] !== 'function')
  if (missing !== undefined)
    throw new TypeError(`linkProviders(): the accounts are ${describeValue(accounts)}; expected an object with a function ${missing}`)
  const known = ['trust', 'revealsExistence', 'linkInvited', 'removeUnconfirmed', 'revealProvider', 'messages']
  assertOptions('linkProviders()', options, known)
  const { trust, revealsExistence, linkInvited = false, removeUnconfirmed = false, revealProvider = false, messages = {} } = options
  if (revealsExistence !== true)
    throw new TypeError(
      'linkProviders(): a denial reveals to anyone that an address has an account; expected revealsExistence: true, to accept that',
    )
  if (!Array.isArray(trust)) throw new TypeError(`linkProviders(): trust is ${describeValue(trust)}; expected a list such as ['Google']`)
  assertTexts('linkProviders(): trust', trust)
  for (const [name, value] of Object.entries({ linkInvited, removeUnconfirmed, revealProvider }))
    if (typeof value !== 'boolean') throw new TypeError(`linkProviders(): ${name} is ${describeValue(value)}; expected a boolean`)
  assertOptions('linkProviders(): messages', messages, REASONS)
  const hidden = (reason: LinkReason): Deny => deny(reason, EMAIL_NOT_ALLOWED, { code: 'email-not-allowed', field: 'email', quiet: true })
  // Make the denials here, so that an empty message throws when the rule is made.
  const denials = new Map(
    REASONS.map((reason) => {
      const message = messages[reason] ?? (reason === LINKED ? SIGN_IN_AGAIN : undefined)
      // A default message does not mention the account, so its code does not either.
      return [reason, message === undefined ? hidden(reason) : deny(reason, message, { code: reason, quiet: true })]
    }),
  )
  const toDenial: ReadOptions['toDenial'] = ({ reason, account }) => {
    const provider = revealProvider && reason === 'use-your-provider' ? findProvider(account) : undefined
    if (provider !== undefined) return deny(reason, `Please sign in with ${provider}`, { code: reason, quiet: true })
    return denials.get(reason) ?? hidden(reason)
  }
  return { trust, linkInvited, removeUnconfirmed, toDenial }
}

function findProvider(account: Account | undefined): string | undefined {
  return account?.identities[0]?.providerName ?? account?.userName.slice(0, account.userName.indexOf('_', FIRST_SEPARATOR))
}

function listPermissions(
  permissions: NonNullable<LinkableAccounts['permissions']>,
  { linkInvited, removeUnconfirmed }: Pick<ReadOptions, 'linkInvited' | 'removeUnconfirmed'>,
): readonly RulePermission[] {
  const { find = [], read = [], link = [], setRandomPassword = [], remove = [] } = permissions
  return [...find, ...read, ...link, ...(linkInvited ? setRandomPassword : []), ...(removeUnconfirmed ? remove : [])]
}

function toQuery({ event, user }: RuleContext<PreSignUp>): EmailQuery | undefined {
  const address = user.email === undefined ? undefined : parseEmailAddress(user.email)
  // A malformed address can be another spelling of the address of an account.
  if (user.email === undefined || address === undefined) return undefined
  return { userPoolId: event.userPoolId, email: user.email, key: emailKey(address) }
}

function hasAddress({ email }: Account, key: string): boolean {
  const address = parseEmailAddress(email)
  return address !== undefined && emailKey(address) === key
}

function readIdentity({ event, user }: RuleContext<PreSignUp>, trust: readonly string[]): NewIdentity {
  const trusted = findTrusted(event.userName, trust) !== undefined
  return {
    userName: event.userName,
    proven: trusted && user.emailVerified,
    unproven: user.emailVerified ? 'provider-not-trusted' : 'email-not-verified',
  }
}

/** Returns the trusted provider of a user name, as `trust` spells it. The case is ignored, because some pools convert names to lower case. */
function findTrusted(userName: string, trust: readonly string[]): string | undefined {
  const name = userName.slice(0, Math.max(userName.indexOf('_', FIRST_SEPARATOR), 0)).toLowerCase()
  return trust.find((each) => each.toLowerCase() === name)
}

function parseIdentity(userName: string, trust: readonly string[]): Identity {
  const providerName = findTrusted(userName, trust) ?? ''
  return { providerName, userId: userName.slice(providerName.length + 1) }
}
