import { GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { type Documents, tryConditionalWrite } from '../aws/dynamodb.ts'
import { type InviteItem, judgeInvite, KEPT, readInvite } from './invite-item.ts'
import { HELD_SECONDS, type Invites, type InviteUser, toHolderId, toInviteId } from './invites.ts'

// Invariants
// - An item's map `holds` has one entry for each use: the time at which a reservation expires, or KEPT.
// - An entry replaces an expired one in the same write, so the map never has more entries than `uses`.
// - A user's pointer is written after the reservation, and is kept longer than a user takes to confirm.

/** Options of {@link dynamoInvites} and `dynamoInviteWriter`. */
export interface DynamoInvitesOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`, and the time to live `expiresAt`. */
  readonly table: string
  readonly now?: () => Date
}

// Cognito deletes no unconfirmed user, but its confirmation code expires after a day.
const POINTER_SECONDS = 8 * 24 * 3600
// Each attempt takes the place of a random expired reservation. Parallel sign-ups may choose the same one.
const ATTEMPTS = 8

const USABLE = 'attribute_exists(pk) AND (attribute_not_exists(expiresAt) OR expiresAt > :now)'

/** An entry of `holds` to write: its value as `:until`, and the condition of the invitation. */
interface Entry {
  readonly condition: string
  readonly values: Readonly<Record<string, number>>
}

/**
 * Makes invitations in a DynamoDB table. A look-up is one strongly consistent `GetItem`, a reservation two `UpdateItem`, and to keep it
 * takes one of each.
 *
 * @example
 * requireInvite(dynamoInvites({ documents: documentClient(), table: 'invites' }))
 */
export function dynamoInvites({ documents, table, now = () => new Date() }: DynamoInvitesOptions): Invites {
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  const get = async (pk: string, signal: AbortSignal): Promise<Record<string, unknown> | undefined> => {
    const found = await documents().send(new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }), { abortSignal: signal })
    return found.Item
  }
  const update = (pk: string, change: Omit<UpdateCommandInput, 'TableName' | 'Key'>, signal: AbortSignal): Promise<boolean> =>
    tryConditionalWrite(documents().send(new UpdateCommand({ TableName: table, Key: { pk }, ...change }), { abortSignal: signal }))

  /** The values that each invocation wrote for new reservations. Their fraction is random, so that no other invocation has the same. */
  const written = new WeakMap<object, Map<string, number>>()

  const takePlace = (pk: string, holder: string, until: number, signal: AbortSignal): Promise<boolean> => {
    const change = {
      UpdateExpression: 'SET holds.#holder = :until',
      ConditionExpression: `${USABLE} AND attribute_not_exists(holds.#holder) AND size(holds) < uses`,
      ExpressionAttributeNames: { '#holder': holder },
      ExpressionAttributeValues: { ':now': seconds(), ':until': until },
    }
    return update(pk, change, signal)
  }

  /** Extends the user's reservation. The value then belongs to no invocation, so that none releases what another one relies on. */
  const renew = (pk: string, holder: string, signal: AbortSignal): Promise<boolean> => {
    const change = {
      UpdateExpression: 'SET holds.#holder = :until',
      ConditionExpression: `${USABLE} AND holds.#holder > :kept`,
      ExpressionAttributeNames: { '#holder': holder },
      ExpressionAttributeValues: { ':now': seconds(), ':until': seconds() + HELD_SECONDS, ':kept': KEPT },
    }
    return update(pk, change, signal)
  }

  /** Replaces a random expired reservation of another user, by a reservation or by a final use. */
  const replaceExpired = async (pk: string, holder: string, invite: InviteItem, entry: Entry, signal: AbortSignal): Promise<boolean> => {
    const expired = Object.entries(invite.holds).filter(([, until]) => until !== KEPT && until <= seconds())
    const chosen = expired[Math.floor(Math.random() * expired.length)]
    if (chosen === undefined) return false
    const [other, until] = chosen
    const change = {
      UpdateExpression: 'SET holds.#holder = :until REMOVE holds.#other',
      ConditionExpression: `${entry.condition} AND holds.#other = :other AND attribute_not_exists(holds.#holder)`,
      ExpressionAttributeNames: { '#holder': holder, '#other': other },
      ExpressionAttributeValues: { ...entry.values, ':other': until },
    }
    return update(pk, change, signal)
  }

  const hold = async (
    pk: string,
    holder: string,
    until: number,
    signal: AbortSignal,
    attempts = ATTEMPTS,
  ): Promise<boolean | 'renewed'> => {
    if (await takePlace(pk, holder, until, signal)) return true
    if (await renew(pk, holder, signal)) return 'renewed'
    const invite = readInvite(await get(pk, signal))
    if (attempts === 0 || invite === undefined || judgeInvite(invite, holder, seconds()) !== 'usable') return false
    const entry = { condition: USABLE, values: { ':now': seconds(), ':until': until } }
    return (await replaceExpired(pk, holder, invite, entry, signal)) || hold(pk, holder, until, signal, attempts - 1)
  }

  return {
    permissions: [{ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resource: 'INVITE_TABLE' }],

    async find(key, user, signal) {
      const pk = toInviteId(key)
      const invite = pk === undefined ? undefined : readInvite(await get(pk, signal))
      return invite === undefined ? 'unknown' : judgeInvite(invite, toHolderId(user), seconds())
    },

    async reserve(key, user, signal, attempt = signal) {
      const pk = toInviteId(key)
      const holder = toHolderId(user)
      const until = seconds() + HELD_SECONDS - Math.random()
      written.set(attempt, new Map(written.get(attempt)).set(`${pk} ${holder}`, until))
      const held = pk !== undefined && (await hold(pk, holder, until, signal))
      if (!held) return false
      const pointer = { UpdateExpression: 'SET invite = :invite, expiresAt = :end' }
      const values = { ':invite': pk, ':end': seconds() + POINTER_SECONDS }
      await update(toPointer(holder), { ...pointer, ExpressionAttributeValues: values }, signal)
      return held
    },

    async release(key, user, signal, attempt = signal) {
      const pk = toInviteId(key)
      const holder = toHolderId(user)
      const until = written.get(attempt)?.get(`${pk} ${holder}`)
      if (pk === undefined || until === undefined) return
      const change = {
        UpdateExpression: 'REMOVE holds.#holder',
        ConditionExpression: 'holds.#holder = :until',
        ExpressionAttributeNames: { '#holder': holder },
        ExpressionAttributeValues: { ':until': until },
      }
      await update(pk, change, signal)
    },

    async keep(user, signal) {
      const holder = toHolderId(user)
      const pointer = await get(toPointer(holder), signal)
      if (typeof pointer?.invite !== 'string') return 'none'
      const change = {
        UpdateExpression: 'SET holds.#holder = :kept',
        ConditionExpression: 'attribute_exists(pk) AND (attribute_exists(holds.#holder) OR size(holds) < uses)',
        ExpressionAttributeNames: { '#holder': holder },
        ExpressionAttributeValues: { ':kept': KEPT },
      }
      if (await update(pointer.invite, change, signal)) return 'kept'
      // Another user may have taken the place over, and not confirmed within the hour.
      const invite = readInvite(await get(pointer.invite, signal))
      const entry = { condition: 'attribute_exists(pk)', values: { ':until': KEPT } }
      return invite !== undefined && (await replaceExpired(pointer.invite, holder, invite, entry, signal)) ? 'kept' : 'gone'
    },
  }
}

/** Returns the partition key of the row that leads from a user to the invitation. */
export function inviteHolderPk(user: InviteUser): string {
  return toPointer(toHolderId(user))
}

function toPointer(holder: string): string {
  return `user#${holder}`
}
