import { blockKeys, MAX_EMAIL_LENGTH, MAX_KEYS } from '../shared/blocks/block-keys.ts'
import type { Block, BlockKey, BlockListWithPermissions } from '../shared/blocks/block-list.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { deny, isPublicText, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing, RuleUser } from '../shared/rules/trigger.ts'

/**
 * The denial's message at a sign-in. The rule runs before Cognito checks the password, and Cognito's message for a wrong password
 * differs from ours. A caller who knows a user name can therefore find out if the user is blocked, whatever this message is.
 */
export const SIGN_IN_NOT_POSSIBLE = 'Sign-in is not possible at the moment'

/** The denial's message at a sign-up. */
export const SIGN_UP_NOT_POSSIBLE = 'Sign-up is not possible at the moment'

/** The denial's message with `revealBlock`, if the block has no message. */
export const BLOCKED = 'This account is blocked'

// Without `revealBlock`, the code is one for all reasons, as the message is one message.
const AT_SIGN_IN = { code: 'sign-in-not-possible', quiet: true } as const
const AT_SIGN_UP = { code: 'sign-up-not-possible', quiet: true } as const
const REVEALED = { code: 'user-blocked', quiet: true } as const

/** The options of `blockUsers`. */
export interface BlockUsersOptions {
  /**
   * True to show the block's message, or a message that the account is blocked, to anyone who tries the user name. The default is false.
   */
  readonly revealBlock?: boolean
  /**
   * How to treat a sign-in with an email address that cannot be parsed unambiguously. The default is `look-up`, because such an
   * address may be older than this rule. With `deny`, the sign-in is denied. At sign-up, such an address is always denied.
   */
  readonly unreadableEmail?: 'look-up' | 'deny'
  /** Returns the current time, to check the expiry of blocks. The default is the system clock. */
  readonly now?: () => Date
}

/**
 * Makes a rule that denies users who are blocked by `sub`, user name, email address, email domain or a parent domain. Users who do not
 * exist are looked up in the same way, so that the response does not reveal if a user exists. A lookup takes one round trip.
 *
 * An email address that cannot be parsed unambiguously is denied at sign-up. At a sign-in, the rule looks up every address that a program
 * may read from it. If none is blocked, the rule skips with the reason `email-unreadable`, so that an unusual address does not lock out its
 * user.
 *
 * Cognito does not call pre authentication at a token refresh, at a first federated sign-in or at a sign-up. To check first federated
 * sign-ins and sign-ups, add the rule to the pre sign-up chain as well.
 *
 * @param blockList The block list. If it is unreachable, the rule has an error and the user is refused.
 * @throws TypeError if an option is unknown or invalid.
 * @example
 * preAuthentication(blockUsers(dynamoBlockList({ documents: documentClient(), table: 'blocks' })))
 */
export function blockUsers<T extends Refusing>(blockList: BlockListWithPermissions, options: BlockUsersOptions = {}): Rule<T> {
  assertOptions('blockUsers()', options, ['revealBlock', 'unreadableEmail', 'now'])
  const { revealBlock = false, unreadableEmail = 'look-up', now = () => new Date() } = options
  // Check the option at run time for plain JavaScript, because only TypeScript checks it.
  if (unreadableEmail !== 'look-up' && unreadableEmail !== 'deny')
    throw new TypeError(`blockUsers(): unreadableEmail is '${unreadableEmail}'; expected 'look-up' or 'deny'`)
  return compose<T>({
    name: 'block-users',
    kind: 'rule',
    can: ['deny'],
    judges: 'block',
    ...(blockList.permissions && { permissions: blockList.permissions }),
    async evaluate({ trigger, event, user, signal }) {
      const { triggerSource, userPoolId } = event
      const signsUp = triggerSource === 'PreSignUp_SignUp'
      const [refusal, code] = signsUp ? ([SIGN_UP_NOT_POSSIBLE, AT_SIGN_UP] as const) : ([SIGN_IN_NOT_POSSIBLE, AT_SIGN_IN] as const)
      const keys = userPoolId ? blockKeys(userPoolId, user) : []
      // Deny an event without a user name or pool, because no block can be looked up for it.
      if (keys.length === 0) return deny('user-not-named', refusal, code)
      const unreadable = user.email !== undefined && parseEmailAddress(user.email) === undefined
      const deniesUnreadable = unreadableEmail === 'deny' || triggerSource.startsWith('PreSignUp_')
      if ((unreadable && deniesUnreadable) || keys.length > MAX_KEYS || (user.email?.length ?? 0) > MAX_EMAIL_LENGTH)
        return deny('email-malformed', refusal, code)
      const time = now()
      const decoys = trigger === 'PreAuthentication' || trigger === 'DefineAuthChallenge' ? createDecoyKeys(userPoolId, user) : []
      const block = (await blockList.find([...keys, ...decoys], signal)).find((found) => !hasExpired(found, time))
      if (block === undefined) return skip(unreadable ? 'email-unreadable' : 'not-blocked')
      const detail = `${block.type}: ${block.reason}`
      return deny('user-blocked', revealBlock ? publicText(block) : refusal, { detail, ...(revealBlock ? REVEALED : code) })
    },
  })
}

/**
 * Returns keys that match no block. With them, the look-up of a user name that does not exist has as many keys as that of a user with a
 * `sub` and an address. A look-up of fewer keys could be faster. The space makes the values invalid as address and domain.
 */
function createDecoyKeys(userPoolId: string, { userName, sub, email }: RuleUser): readonly BlockKey[] {
  const value = `unknown ${userName}`
  const types = [...(sub === undefined ? (['sub'] as const) : []), ...(email === undefined ? (['email', 'emailDomain'] as const) : [])]
  return types.map((type) => ({ userPoolId, type, value }))
}

/** Returns the block's message. Returns a default if the message is missing, or has only full stops and spaces. */
function publicText({ message }: Block): string {
  return isPublicText(message) ? message : BLOCKED
}

/** Checks the expiry here, because DynamoDB may delete expired items hours late. */
function hasExpired({ expiresAt }: Block, now: Date): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now.getTime()
}
