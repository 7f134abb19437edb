import type { ItemKey } from '../aws/expressions.ts'
import { describeValue } from '../rules/arguments.ts'
import type { ProfileKey } from './profiles.ts'

/** Returns the default primary key of a profile. */
export function profileKey({ userPoolId, sub }: ProfileKey): ItemKey {
  return { pk: `${userPoolId}#${sub}` }
}

/** The attributes of a profile that change after it was created, so they cannot be part of its key. */
const CHANGING: ReadonlySet<string> = new Set([
  ...['userName', 'attributes', 'createdAt', 'updatedAt', 'confirmedAt', 'passwordResetAt', 'effectsEnqueuedAt'],
  ...['lastSignInAt', 'lastAppClient', 'lastCountedAt', 'signInCount'],
])

// Each position has another digit, so that a key that uses a part of the `sub` differs too.
const SAMPLES = ['1', '2'].map((digit) => ({
  userPoolId: 'eu-west-1_Example',
  sub: `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}`,
}))

/**
 * Calls a function that makes keys with two sample users, and returns the names of the key's attributes.
 *
 * @param owner The start of the error's message.
 * @throws TypeError if the keys are invalid or equal. With equal keys, all users would share one profile.
 */
export function findKeyNames(owner: string, key: (user: ProfileKey) => unknown): readonly string[] {
  const fail = (found: string): never => {
    throw new TypeError(`${owner}: ${found}; expected a function such as ({ sub }) => ({ pk: \`USER#\${sub}\`, sk: 'PROFILE' })`)
  }
  if (typeof key !== 'function') return fail(`key is ${describeValue(key)}`)
  const [one = [], other = []] = SAMPLES.map(
    (user) => readEntries(key(user)) ?? fail('key returns a value other than one or two strings by name'),
  )
  const names = one.map(([name]) => name)
  const changing = names.find((name) => CHANGING.has(name))
  if (changing !== undefined) return fail(`key has the attribute '${changing}', which the profile changes`)
  if (one.every(([, value], index) => value === other[index]?.[1])) return fail('key returns the same key for two users')
  return names
}

/** Returns the attributes of a primary key, or undefined if the value is not a key of strings. */
function readEntries(key: unknown): readonly (readonly [string, string])[] | undefined {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return undefined
  const entries = Object.entries(key)
  const isKey = entries.length >= 1 && entries.length <= 2 && entries.every(([, value]) => typeof value === 'string' && value !== '')
  return isKey ? entries : undefined
}
