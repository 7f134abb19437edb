import type { InviteKey, Invites, InviteUser } from '../shared/invites/invites.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { allow, type Deny, deny } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { makeFieldReader, type RequestField } from './request-field.ts'
import type { PreSignUp } from './trigger.ts'
import { isVerifiable } from './verifiable-email.ts'

/** The options of {@link requireInvite}. */
export interface RequireInviteOptions {
  /**
   * The place of the invitation: `email` for invitations that are bound to the user's address, or the field of the sign-up with the
   * code. The default is `clientMetadata.invitation`.
   */
  readonly from?: 'email' | RequestField
  /** The denial's message. It is the same for an unknown, a used and an expired invitation. */
  readonly message?: string
}

const OWNER = 'requireInvite()'
const NEEDED = 'You need a valid invitation to sign up'
const STATES = ['usable', 'unknown', 'used', 'expired'] as const

/**
 * Makes a rule that allows users with an invitation, and denies the others. It reserves the invitation after every rule has passed.
 * `keepInvite` of post confirmation makes the reservation final. Without `keepInvite`, the invitation is free again after an hour.
 *
 * An invitation by address does not prove that the user owns it. Let Cognito verify the address.
 *
 * @throws TypeError if an option or the store is invalid.
 * @example
 * preSignUp(when(not(byAdministrator), requireInvite(dynamoInvites({ documents: documentClient(), table: 'invites' }))))
 */
export function requireInvite(invites: Omit<Invites, 'keep'>, options: RequireInviteOptions = {}): Rule<PreSignUp> {
  for (const method of ['find', 'reserve', 'release'])
    assertMethod(OWNER, 'the store', invites, method, 'dynamoInvites({ documents, table })')
  assertOptions(OWNER, options, ['from', 'message'])
  const { from = 'clientMetadata.invitation', message = NEEDED } = options
  const findKey = makeFinder(from)
  const explain = (detail: string): Deny => deny('no-invite', message, { code: 'invite-not-valid', detail, quiet: true })
  const [missing, unverified, used] = [explain('missing'), explain('email-not-verified'), explain('used')]
  const unnamed = explain('no-user-name')

  return defineRule<PreSignUp>(
    'require-invite',
    async (ctx) => {
      const key = findKey(ctx)
      if (key === undefined) return missing
      if (key.type === 'email' && !isVerifiable(ctx)) return unverified
      // Without a user name, all users would own the same reservation.
      if (ctx.user.userName === '') return unnamed
      const state: unknown = await invites.find(key, toUser(ctx), ctx.signal)
      const known = STATES.find((each) => each === state)
      if (known === undefined) throw new TypeError(`find() returned ${describeValue(state)}; expected one of ${STATES.join(', ')}`)
      return known === 'usable' ? allow() : explain(known)
    },
    {
      can: ['allow', 'deny'],
      reasons: ['no-invite'],
      permissions: invites.permissions,
      commit: {
        async reserve(ctx) {
          const key = findKey(ctx)
          const reserved = key !== undefined && (await invites.reserve(key, toUser(ctx), ctx.signal, ctx.event))
          if (reserved === 'renewed') return reserved
          return reserved ? undefined : used
        },
        async release(ctx) {
          const key = findKey(ctx)
          if (key !== undefined) await invites.release(key, toUser(ctx), ctx.signal, ctx.event)
        },
      },
    },
  )
}

function toUser({ event }: RuleContext<PreSignUp>): InviteUser {
  return { userPoolId: event.userPoolId, userName: event.userName }
}

/** Returns a function that finds the key of the invitation of a sign-up. */
function makeFinder(from: unknown): (ctx: RuleContext<PreSignUp>) => InviteKey | undefined {
  if (from === 'email') return ({ user }) => (user.email === undefined ? undefined : { type: 'email', value: user.email })
  const readCode = makeFieldReader(OWNER, from)
  return ({ event }) => {
    const value = readCode(event)
    return value === undefined ? undefined : { type: 'code', value }
  }
}
