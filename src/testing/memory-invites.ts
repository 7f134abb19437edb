import { countReserved, countUses, judgeInvite, KEPT } from '../shared/invites/invite-item.ts'
import {
  assertNewInvite,
  HELD_SECONDS,
  type InviteKey,
  type Invites,
  type InviteUser,
  type InviteWriter,
  type ListedInvite,
  type NewInvite,
  toHolderId,
  toInviteId,
} from '../shared/invites/invites.ts'
import { createFaults, type Faults } from './faults.ts'

/** Invitations in memory. */
export interface MemoryInvites extends Invites, InviteWriter, Faults<'find' | 'reserve' | 'release' | 'keep'> {}

/** The options of {@link memoryInvites}. */
export interface MemoryInvitesOptions {
  readonly invites?: readonly NewInvite[]
  readonly now?: () => Date
}

interface Stored {
  readonly invite: NewInvite
  readonly uses: number
  readonly expiresAt?: number
  readonly holds: Record<string, number>
}

/**
 * Creates invitations in memory.
 *
 * @throws TypeError or RangeError if an invitation is invalid.
 * @example
 * const invites = memoryInvites({ invites: [{ type: 'code', value: 'friends', uses: 3 }] })
 * await run(preSignUp(requireInvite(invites)), signUp({ clientMetadata: { invitation: 'friends' } }))
 */
export function memoryInvites({ invites = [], now = () => new Date() }: MemoryInvitesOptions = {}): MemoryInvites {
  const stored = new Map<string, Stored>()
  const reserved = new Map<string, string>()
  /** The invocation that made each reservation. Undefined after another invocation has renewed it. */
  const makers = new Map<string, object | undefined>()
  const { faults, run } = createFaults<'find' | 'reserve' | 'release' | 'keep'>()
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  const find = (key: InviteKey): Stored | undefined => stored.get(toInviteId(key) ?? '')
  const judge = (found: Stored | undefined, user: InviteUser) =>
    found === undefined ? 'unknown' : judgeInvite(found, toHolderId(user), seconds())

  /** Removes an expired reservation if all places are taken. Returns false if all are still in use. */
  const makePlace = ({ holds, uses }: Stored): boolean => {
    if (Object.keys(holds).length < uses) return true
    const [expired] = Object.entries(holds).find(([, until]) => until !== KEPT && until <= seconds()) ?? []
    if (expired === undefined) return false
    delete holds[expired]
    return true
  }

  const add = (invite: NewInvite): boolean => {
    assertNewInvite(invite)
    const id = toInviteId(invite) ?? ''
    const earlier = stored.get(id)
    if (earlier !== undefined && (earlier.expiresAt === undefined || earlier.expiresAt > seconds())) return false
    const { uses = 1, until } = invite
    stored.set(id, { invite, uses, ...(until && { expiresAt: Math.ceil(until.getTime() / 1000) }), holds: {} })
    return true
  }
  for (const invite of invites) add(invite)

  return {
    ...faults,
    permissions: [],
    find: (key, user, signal) => run('find', signal, () => judge(find(key), user)),
    reserve: (key, user, signal, attempt = signal) =>
      run('reserve', signal, () => {
        const found = find(key)
        if (found === undefined || judge(found, user) !== 'usable') return false
        const holder = toHolderId(user)
        const isRenewed = Object.hasOwn(found.holds, holder)
        if (!isRenewed) makePlace(found)
        makers.set(`${toInviteId(key)} ${holder}`, isRenewed ? undefined : attempt)
        found.holds[holder] = seconds() + HELD_SECONDS
        reserved.set(holder, toInviteId(key) ?? '')
        return isRenewed ? 'renewed' : true
      }),
    release: (key, user, signal, attempt = signal) =>
      run('release', signal, () => {
        const holds = find(key)?.holds
        const holder = toHolderId(user)
        const isOwn = makers.get(`${toInviteId(key)} ${holder}`) === attempt
        if (isOwn && holds?.[holder] !== KEPT) delete holds?.[holder]
      }),
    keep: (user, signal) =>
      run('keep', signal, () => {
        const holder = toHolderId(user)
        const id = reserved.get(holder)
        if (id === undefined) return 'none'
        const found = stored.get(id)
        if (found === undefined) return 'gone'
        if (!(Object.hasOwn(found.holds, holder) || makePlace(found))) return 'gone'
        found.holds[holder] = KEPT
        return 'kept'
      }),
    create: async (invite) => add(invite),
    async *list() {
      for (const [id, each] of stored) yield toListed(id, each, seconds())
    },
    revoke: async (invite) => stored.delete('id' in invite ? invite.id : (toInviteId(invite) ?? '')),
  }
}

function toListed(id: string, { invite: { type, value, until }, uses, holds }: Stored, seconds: number): ListedInvite {
  const counts = { uses, used: countUses(holds, seconds), reserved: countReserved(holds, seconds) }
  return { id, type, ...(type === 'email' && { email: value }), ...counts, ...(until && { until }) }
}
