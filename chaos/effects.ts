import { canonicalEmailPk } from '../src/shared/canonical/dynamo-canonical-emails.ts'
import { parseEmailAddress } from '../src/shared/email/address.ts'
import { KEPT, readInvite } from '../src/shared/invites/invite-item.ts'
import { toHolderId } from '../src/shared/invites/invites.ts'
import { type Evidence, groupBy } from './evidence.ts'
import type { Passed } from './proxy.ts'
import { INVITE_USES, POOL, toUserName, type User } from './users.ts'

/** A guarantee, and the users or codes for which it was broken. */
export interface GuaranteeCheck {
  readonly name: string
  readonly brokenFor: readonly string[]
}

/** Compares the table of invitations with the users whom sign-up admitted and denied. */
export function checkInvites(evidence: Evidence): readonly GuaranteeCheck[] {
  const { journeys, invites } = evidence
  const holds = new Map(invites.flatMap((row) => Object.entries(readInvite(row)?.holds ?? {})))
  const toHolder = (user: User): string => toHolderId({ userPoolId: POOL, userName: toUserName(user) })
  const admitted = journeys.flatMap(({ user, confirmed }) => (confirmed ? [user] : []))
  const denied = journeys.flatMap(({ user }) => (user.kind === 'member' ? [] : [user]))
  return [
    {
      name: 'confirmed users whose invitation may be used again',
      brokenFor: listMissing(evidence, 'keep-invite', (user) => holds.get(toHolder(user)) === KEPT),
    },
    {
      name: 'invitations used too often',
      brokenFor: [...groupBy(admitted, ({ code }) => code)].flatMap(([code, { length }]) =>
        length > INVITE_USES ? [`${code}: ${length} uses`] : [],
      ),
    },
    { name: 'invitations held by denied users', brokenFor: denied.filter((user) => holds.has(toHolder(user))).map(({ sub }) => sub) },
  ]
}

/** Compares the calls to the webhook, EventBridge and Cognito, and the table of mailboxes, with the confirmed users. */
export function checkExtendedEffects(evidence: Evidence): readonly GuaranteeCheck[] {
  const { webhook, eventBridge, grouped } = evidence
  const kept = new Set(evidence.mailboxes.flatMap(({ pk, expiresAt }) => (expiresAt === undefined ? [pk] : [])))
  const keepsMailbox = ({ email }: User): boolean => {
    const address = parseEmailAddress(email)
    return address !== undefined && kept.has(canonicalEmailPk(POOL, address))
  }
  return [
    ...checkCalls(evidence, 'notify', 'messages to the webhook', webhook),
    ...checkCalls(evidence, 'publish-event', 'events on the bus', eventBridge),
    {
      name: 'confirmed users without their group',
      brokenFor: listMissing(evidence, 'add-to-group', (user) => grouped.has(toUserName(user))),
    },
    { name: 'confirmed users whose mailbox may be taken', brokenFor: listMissing(evidence, 'keep-canonical-email', keepsMailbox) },
  ]
}

/** Checks that a call was accepted once for each confirmed user. With `at-least-once`, more calls are allowed. */
function checkCalls(evidence: Evidence, effect: string, name: string, calls: readonly Passed[]): readonly GuaranteeCheck[] {
  const accepted = groupBy(calls, ({ status, about }) => (status === 200 ? about : undefined))
  const missing = { name: `missing ${name}`, brokenFor: listMissing(evidence, effect, (user) => accepted.has(toUserName(user))) }
  if (evidence.delivery === 'at-least-once') return [missing]
  return [missing, { name: `duplicate ${name}`, brokenFor: [...accepted].flatMap(([user, { length }]) => (length > 1 ? [user] : [])) }]
}

/** Returns the confirmed users without an effect, unless the ledger has it as failed or unknown for an operator. */
function listMissing({ journeys, gone, effects }: Evidence, effect: string, isDone: (user: User) => boolean): readonly string[] {
  const recorded = new Set(
    effects.flatMap((row) => (row.effect === effect && (row.state === 'failed' || row.state === 'unknown') ? [row.sub] : [])),
  )
  return journeys.flatMap(({ user, confirmed }) => {
    const isMissing = confirmed && !gone.has(user.sub) && !isDone(user) && !recorded.has(user.sub)
    return isMissing ? [user.sub] : []
  })
}
