/** An account of the user pool whose email address is that of a federated user. */
export interface Account {
  readonly userName: string
  /** `UserStatus` of Cognito, such as `CONFIRMED`. */
  readonly status: string | undefined
  readonly enabled: boolean
  readonly email: string
  readonly emailVerified: boolean
  /** The identities at providers that belong to the account. */
  readonly identities: readonly Identity[]
}

/** A user of an identity provider. */
export interface Identity {
  readonly providerName: string
  /** The user's id at the provider. */
  readonly userId: string
}

/** A federated user who signs in for the first time. */
export interface NewIdentity {
  /** The user name that Cognito would create, such as `Google_1095`. */
  readonly userName: string
  /** True if a trusted provider says that it has verified the address. */
  readonly proven: boolean
  /** The reason of the denial if `proven` is false. */
  readonly unproven: 'email-not-verified' | 'provider-not-trusted'
}

/** The decisions that are options of `linkProviders`. */
export interface LinkChoices {
  readonly linkInvited: boolean
  readonly removeUnconfirmed: boolean
}

/** The reasons of denials. */
export type LinkReason =
  | 'account-disabled'
  | 'ambiguous'
  | 'email-malformed'
  | 'email-not-verified'
  | 'linked-retry'
  | 'provider-not-trusted'
  | 'use-your-password'
  | 'use-your-provider'

/** The reasons to leave the account as it is, and to go on. */
type GoOnReason = 'no-account' | 'already-linked' | 'unconfirmed-left'

/** The plan for the account that has the address. */
export type LinkPlan =
  | { readonly kind: 'go-on'; readonly reason: GoOnReason }
  | { readonly kind: 'deny'; readonly reason: LinkReason; readonly account?: Account }
  | { readonly kind: 'link' | 'link-invited' | 'remove'; readonly account: Account }

/**
 * Returns what to do with a federated user whose address these accounts have. An account gets the identity only if both sides have proof of
 * the address: the account is confirmed and its address verified, and a trusted provider has verified it.
 */
export function planLink(accounts: readonly Account[], identity: NewIdentity, choices: LinkChoices): LinkPlan {
  const [account, another] = accounts
  if (account === undefined) return goOn('no-account')
  if (accounts.some((each) => hasIdentity(each, identity.userName))) return goOn('already-linked')
  if (another !== undefined) return denyBy('ambiguous')
  // An administrator disabled the account, so neither a link nor a second account may go around that.
  if (!account.enabled) return denyBy('account-disabled')

  const { status, emailVerified } = account
  const federated = status === 'EXTERNAL_PROVIDER' || hasIdentity(account, account.userName)
  if (status === 'CONFIRMED' && !federated && !emailVerified) return denyBy('use-your-password')
  if (!identity.proven) return denyBy(identity.unproven)
  if (federated) return denyBy('use-your-provider', account)
  if (status === 'CONFIRMED') return { kind: 'link', account }
  // Never link: a stranger may have signed up with the address, and knows the password.
  if (status === 'UNCONFIRMED') return choices.removeUnconfirmed ? { kind: 'remove', account } : goOn('unconfirmed-left')
  if (status === 'FORCE_CHANGE_PASSWORD' && emailVerified && choices.linkInvited) return { kind: 'link-invited', account }
  return denyBy('use-your-password')
}

/** Returns true if an account has an identity. The case of names is ignored, because some pools convert them to lower case. */
function hasIdentity({ userName, identities, status }: Account, name: string): boolean {
  const lower = name.toLowerCase()
  if (status === 'EXTERNAL_PROVIDER' && userName.toLowerCase() === lower) return true
  return identities.some(({ providerName, userId }) => `${providerName}_${userId}`.toLowerCase() === lower)
}

function goOn(reason: GoOnReason): LinkPlan {
  return { kind: 'go-on', reason }
}

function denyBy(reason: LinkReason, account?: Account): LinkPlan {
  return account === undefined ? { kind: 'deny', reason } : { kind: 'deny', reason, account }
}
