import { blockKeys, MAX_EMAIL_LENGTH, MAX_KEYS } from '../shared/blocks/block-keys.ts'
import type { Block, BlockListWithPermissions } from '../shared/blocks/block-list.ts'
import { parseEmailAddress } from '../shared/email/address.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { deny, isPublicText, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'

/**
 * What a blocked user reads. Cognito's own answer to a wrong password differs from any refusal of ours, which comes before
 * the password is checked: whoever knows a user name can tell that the user is blocked or not, whatever the text says.
 */
export const SIGN_IN_NOT_POSSIBLE = 'Sign-in is not possible at the moment'

/** The same for a user who signs up. */
export const SIGN_UP_NOT_POSSIBLE = 'Sign-up is not possible at the moment'

/** What a blocked user reads where blocks are revealed and the block has no text of its own. */
export const BLOCKED = 'This account is blocked'

/** How a block is worded. */
export interface BlockUsersOptions {
  /** Shows the block's own text, or that there is one, to whoever tries the user name; off unless set. */
  readonly revealBlock?: boolean
  /**
   * What a sign-in with an address gets that programs may read in several ways: `look-up` unless set to `deny`. Such an address may
   * be older than this rule. At sign-up it is always denied.
   */
  readonly unreadableEmail?: 'look-up' | 'deny'
  /** The time by which blocks expire; the process's own clock unless set. */
  readonly now?: () => Date
}

/**
 * Denies users who are blocked by `sub`, user name, email address, email domain or a domain above it. Users who do not exist are
 * looked up and answered like any other, so that the answer does not tell. All keys of a user take one round trip.
 *
 * An address that programs may read in several ways is denied at sign-up. At a sign-in it is looked up in every reading, and a
 * user who is blocked by none of them passes, with the reason `email-unreadable` in the log: an odd address locks nobody out.
 *
 * Pre authentication does not run when a session is refreshed, nor at a first federated sign-in, nor when a blocked user signs up
 * anew: for the latter two put the rule into the pre sign-up chain too.
 *
 * @param blockList Where blocks are kept. When it cannot answer, the user is refused.
 * @example
 * preAuthentication(blockUsers(dynamoBlockList({ documents: documentClient(), table: 'blocks' })))
 */
export function blockUsers<T extends Refusing>(blockList: BlockListWithPermissions, options: BlockUsersOptions = {}): Rule<T> {
  assertOptions('blockUsers()', options, ['revealBlock', 'unreadableEmail', 'now'])
  const { revealBlock = false, unreadableEmail = 'look-up', now = () => new Date() } = options
  // Types forbid it, plain JavaScript does not.
  if (unreadableEmail !== 'look-up' && unreadableEmail !== 'deny')
    throw new TypeError(`blockUsers: unreadableEmail is '${unreadableEmail}'; expected 'look-up' or 'deny'`)
  return compose<T>({
    name: 'block-users',
    kind: 'rule',
    can: ['deny'],
    judges: 'block',
    ...(blockList.permissions && { permissions: blockList.permissions }),
    async evaluate({ event, user, signal }) {
      const { triggerSource, userPoolId } = event
      const refusal = triggerSource === 'PreSignUp_SignUp' ? SIGN_UP_NOT_POSSIBLE : SIGN_IN_NOT_POSSIBLE
      const keys = userPoolId ? blockKeys(userPoolId, user) : []
      // Without a name there is nothing to look up.
      if (keys.length === 0) return deny('user-not-named', refusal)
      const unreadable = user.email !== undefined && parseEmailAddress(user.email) === undefined
      const deniedUnread = unreadableEmail === 'deny' || triggerSource.startsWith('PreSignUp_')
      if ((unreadable && deniedUnread) || keys.length > MAX_KEYS || (user.email?.length ?? 0) > MAX_EMAIL_LENGTH)
        return deny('email-malformed', refusal)
      const moment = now()
      const block = (await blockList.find(keys, signal)).find((found) => !hasExpired(found, moment))
      if (block === undefined) return skip(unreadable ? 'email-unreadable' : 'not-blocked')
      return deny('user-blocked', revealBlock ? publicText(block) : refusal, { detail: `${block.type}: ${block.reason}` })
    },
  })
}

/** Blocks are written by people: a text of nothing but full stops and spaces is none, and must not break the rule. */
function publicText({ message }: Block): string {
  return isPublicText(message) ? message : BLOCKED
}

/** By our own clock: DynamoDB deletes expired items hours late. */
function hasExpired({ expiresAt }: Block, now: Date): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now.getTime()
}
