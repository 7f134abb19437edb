import type { Invites } from '../shared/invites/invites.ts'
import { assertMethod } from '../shared/rules/arguments.ts'
import type { DeclaresReads } from '../shared/rules/condition.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { PostConfirmation } from './trigger.ts'

/**
 * Makes a rule that makes the reservation of an invitation final after the user has confirmed. A repeated event is harmless. It skips
 * users without an invitation.
 *
 * @throws TypeError if the store is invalid.
 * @example
 * postConfirmation(keepInvite(dynamoInvites({ documents: documentClient(), table: 'invites' })))
 */
export function keepInvite(invites: Pick<Invites, 'keep' | 'permissions'>): Rule<PostConfirmation> & DeclaresReads {
  assertMethod('keepInvite()', 'the store', invites, 'keep', 'dynamoInvites({ documents, table })')
  return defineRule<PostConfirmation>(
    'keep-invite',
    async ({ event, signal }) => {
      if (event.triggerSource === 'PostConfirmation_ConfirmForgotPassword') return skip('not-a-sign-up')
      switch (await invites.keep({ userPoolId: event.userPoolId, userName: event.userName }, signal)) {
        case 'kept':
          return done()
        case 'none':
          return skip('no-invite-reserved')
        default:
          return skip('invite-gone', 'Another user has used the invitation since the reservation expired, or it was revoked')
      }
    },
    { can: ['done'], reads: [], reasons: ['no-invite-reserved', 'invite-gone'], permissions: invites.permissions },
  )
}
