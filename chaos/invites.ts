import { KEPT, readInvite } from '../src/shared/invites/invite-item.ts'
import { toHolderId } from '../src/shared/invites/invites.ts'
import { type Evidence, groupBy } from './evidence.ts'
import { INVITE_USES, POOL, toUserName, type User } from './users.ts'

/** A guarantee of invitations, and the users or codes for which it was broken. */
export interface CheckedInvites {
  readonly name: string
  readonly where: readonly string[]
}

/** Compares the table of invitations with the users whom sign-up admitted and denied. */
export function checkInvites({ journeys, gone, effects, invites }: Evidence): readonly CheckedInvites[] {
  const holds = new Map(invites.flatMap((row) => Object.entries(readInvite(row)?.holds ?? {})))
  const recorded = new Set(
    effects.flatMap(({ sub, effect, state }) => (effect === 'keep-invite' && (state === 'failed' || state === 'unknown') ? [sub] : [])),
  )
  const admitted = journeys.flatMap(({ user, confirmed }) => (confirmed ? [user] : []))
  const denied = journeys.flatMap(({ user }) => (user.kind === 'member' ? [] : [user]))
  const byCode = groupBy(admitted, ({ code }) => code)
  return [
    {
      name: 'confirmed users whose invitation may be used again',
      where: admitted
        .filter((user) => !gone.has(user.sub) && holds.get(holder(user)) !== KEPT && !recorded.has(user.sub))
        .map(({ sub }) => sub),
    },
    {
      name: 'invitations used too often',
      where: [...byCode].flatMap(([code, users]) => (users.length > INVITE_USES ? [`${code} by ${users.length} users`] : [])),
    },
    { name: 'invitations held by denied users', where: denied.filter((user) => holds.has(holder(user))).map(({ sub }) => sub) },
  ]
}

function holder(user: User): string {
  return toHolderId({ userPoolId: POOL, userName: toUserName(user) })
}
