import { deny, isPublicText, skip } from '../shared/rules/outcome.ts'
import { compose, type Need, type Rule } from '../shared/rules/rule.ts'
import type { PreTrigger } from '../shared/rules/trigger.ts'
import { type Block, type BlockList, blockKeys } from './block-list.ts'

/**
 * What a blocked user reads. Cognito's own answer to a wrong password differs from any refusal of ours, which comes before
 * the password is checked: whoever knows a user name can tell that the user is blocked or not, whatever the text says.
 */
export const SIGN_IN_NOT_POSSIBLE = 'Sign-in is not possible at the moment'

/** What a blocked user reads where blocks are revealed and the block has no text of its own. */
export const BLOCKED = 'This account is blocked'

/** How a block is worded. */
export interface BlockUsersOptions {
  /** Shows the block's own text, or that there is one, to whoever tries the user name; off unless set. */
  readonly revealBlock?: boolean
  /** The time by which blocks expire; the process's own clock unless set. */
  readonly now?: () => Date
}

/** A block list that says what it needs of a deployment. */
export interface BlockListWithNeeds extends BlockList {
  readonly needs?: readonly Need[]
}

/**
 * Denies users who are blocked by `sub`, user name, email address or email domain. Users who do not exist are looked up and
 * answered like any other, so that the answer does not tell. Pre authentication does not run when a session is refreshed, nor
 * at a first federated sign-in: for the latter put the rule into the pre sign-up chain too.
 *
 * @param blockList Where blocks are kept; when it cannot answer, the sign-in is refused.
 * @example
 * preAuthentication(blockUsers(dynamoBlockList({ documents: documentClient(), table: 'blocks' })))
 */
export function blockUsers<T extends PreTrigger>(blockList: BlockListWithNeeds, options: BlockUsersOptions = {}): Rule<T> {
  const { revealBlock = false, now = () => new Date() } = options
  return compose<T>({
    name: 'block-users',
    kind: 'guard',
    ...(blockList.needs && { needs: blockList.needs }),
    async evaluate({ event, user, signal }) {
      const keys = event.userPoolId ? blockKeys(event.userPoolId, user) : []
      // Nobody can tell whether a user without any name is blocked.
      if (keys.length === 0) return deny('user-not-named', SIGN_IN_NOT_POSSIBLE)
      const moment = now()
      const block = (await blockList.find(keys, signal)).find((found) => !hasExpired(found, moment))
      if (block === undefined) return skip('not-blocked')
      return deny('user-blocked', revealBlock ? publicText(block) : SIGN_IN_NOT_POSSIBLE, `${block.type}: ${block.reason}`)
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
