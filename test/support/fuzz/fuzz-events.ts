import { TRIGGER_NAMES, triggerFacts } from '../../../src/shared/cognito/triggers.ts'
import { fuzzedAddress, MARKER } from './fuzz-emails.ts'
import { own } from './fuzz-oracle.ts'
import type { Random } from './fuzz-random.ts'
import type { SourceEvent } from './fuzz-sources.ts'

/** Mutates an event. Returns the JSON text that Lambda would get. */
export function fuzzedEvent(source: SourceEvent, random: Random): string {
  // Undefined if the mutation dropped the whole event. Lambda passes null then.
  const text: string | undefined = JSON.stringify(mutatedEvent(source, random))
  if (text === undefined) return 'null'
  return random.chance(0.03) ? withKeyTwice(text, random) : text
}

/** Mutates an event and returns it as a value, because formatting large or deeply nested JSON is slow. */
export function mutatedEvent(source: SourceEvent, random: Random): unknown {
  const root: { event: unknown } = { event: JSON.parse(source.text) }
  mark(root.event, random)
  if (random.chance(0.6)) setAddress(root.event, random)
  // Keeps the shape of some events, because a handler stops early at an invalid shape and the rest would stay untested.
  if (random.chance(0.65))
    for (let left = 1 + random.below(random.chance(0.2) ? 8 : 2); left > 0; left -= 1) random.pick(mutations)(root, random)
  return root.event
}

/** A property of an event, or the event itself. */
interface Slot {
  readonly holder: object
  readonly key: string
}

const MAX_DEPTH = 8

function listSlots(holder: object, depth = 0): Slot[] {
  return Object.keys(holder).flatMap((key) => {
    const value: unknown = own(holder, key)
    const inner = typeof value === 'object' && value !== null && depth < MAX_DEPTH ? listSlots(value, depth + 1) : []
    return [{ holder, key }, ...inner]
  })
}

/** Sets an own property like JSON.parse does, even if its name is `__proto__`. */
function put(holder: object, key: string, value: unknown): void {
  // Skips the length of an array, because JSON text cannot set it.
  if (Array.isArray(holder) && key === 'length') return
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Adds the fuzzer's marker to all parts of an event that may contain personal data. */
function mark(event: unknown, random: Random): void {
  for (const name of ['userAttributes', 'validationData', 'clientMetadata']) {
    const holder = own(own(event, 'request'), name)
    if (typeof holder !== 'object' || holder === null || random.chance(0.3)) continue
    put(holder, random.pick(['name', 'given_name', 'phone_number', 'custom:note', 'address', 'token']), `${MARKER} +441632960000`)
  }
  markSecrets(event, random)
}

/** Adds the marker to the secrets of an event: a password, the answer to a challenge, and the tokens of an identity provider. */
function markSecrets(event: unknown, random: Random): void {
  const request = own(event, 'request')
  if (!isObject(request)) return
  for (const name of ['password', 'challengeAnswer'])
    if (Object.hasOwn(request, name) && random.chance(0.5)) put(request, name, `${MARKER}-${name}`)
  for (const name of ['tokenResponse', 'idToken', 'userInfo', 'samlResponse']) {
    const tokens = own(own(request, 'attributes'), name)
    if (isObject(tokens)) put(tokens, random.pick(['access_token', 'refresh_token', 'id_token', 'name']), `${MARKER}.${name}`)
  }
  for (const name of ['publicChallengeParameters', 'privateChallengeParameters']) {
    const parameters = own(request, name)
    if (isObject(parameters) && random.chance(0.5)) put(parameters, 'note', MARKER)
  }
}

function setAddress(event: unknown, random: Random): void {
  const attributes = own(own(event, 'request'), 'userAttributes')
  if (typeof attributes === 'object' && attributes !== null) put(attributes, 'email', fuzzedAddress(random))
}

const REAL_SOURCES: readonly string[] = TRIGGER_NAMES.flatMap((name) => Object.keys(triggerFacts(name).sources))

// Users whom an administrator creates are exempt from the rules, so attackers would imitate this trigger source.
const ADMIN = 'PreSignUp_AdminCreateUser'
const UNKNOWN_SOURCES: readonly unknown[] = [
  ...['', ' ', '__proto__', 'constructor', 'toString', ...new Set(REAL_SOURCES.map((source) => source.replace(/_.*/, '_Invented')))],
  ...[`${ADMIN} `, ` ${ADMIN}`, `${ADMIN}\u0000`, `${ADMIN}\u200b`, ADMIN.toLowerCase(), ADMIN.toUpperCase(), `PreSignUp_SignUp,${ADMIN}`],
  ...[[ADMIN], { toString: ADMIN }, { [ADMIN]: true }],
]

const KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '',
]
const ALIKE = (key: string): readonly string[] => [
  ...[
    key.toUpperCase(),
    key.toLowerCase(),
    `${key} `,
    ` ${key}`,
    `${key}\u0000`,
    `${key}\u200b`,
    `custom:${key}`,
    `${key}[]`,
    `__proto__.${key}`,
  ],
]

function nested(random: Random): unknown {
  const inList = random.chance(0.5)
  let value: unknown = `${MARKER}@example.com`
  for (let depth = 1000 + random.below(2000); depth > 0; depth -= 1) value = inList ? [value] : { a: value }
  return value
}

/** Converts a value to text. `String(value)` may throw, because a JSON object can have a `toString` that is not a function. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function anotherType(value: unknown, random: Random): unknown {
  return random.pick([0, -1, 1e308, true, false, [], {}, [value], { value }, { email: value }, '', 'true', '0', toText(value)])
}

const poison = (random: Random): unknown =>
  random.pick([
    { email: 'a@example.com', email_verified: 'true', triggerSource: ADMIN, polluted: true },
    { userAttributes: { email: 'a@example.com', email_verified: 'true' }, polluted: true },
    { prototype: { polluted: true, email: 'a@example.com' } },
    { autoConfirmUser: true, autoVerifyEmail: true },
    ...[null, '__proto__', 'a@example.com', true, []],
  ])

type Mutation = (root: { event: unknown }, random: Random) => void

const onSlot =
  (change: (slot: Slot, value: unknown, random: Random) => void): Mutation =>
  (root, random) => {
    const slots = listSlots(root)
    if (slots.length === 0) return
    // The first slot is the whole event. It is rarely picked, because a replaced event has nothing left to mutate.
    const slot = random.pick(slots.length > 1 && !random.chance(0.01) ? slots.slice(1) : slots)
    change(slot, own(slot.holder, slot.key), random)
  }

const inObject = (add: (holder: object, random: Random) => void): Mutation =>
  onSlot(({ holder }, value, random) => add(typeof value === 'object' && value !== null ? value : holder, random))

const dropped = onSlot(({ holder, key }) => void Reflect.deleteProperty(holder, key))
const nulled = onSlot(({ holder, key }) => put(holder, key, null))
const retyped = onSlot(({ holder, key }, value, random) => put(holder, key, anotherType(value, random)))
const grown = onSlot(({ holder, key }, value, random) => {
  // A value of a megabyte is rare, because it takes as long as hundreds of small values.
  const length = random.chance(0.03) ? 1_000_000 : 1 + random.below(5000)
  const piece = random.pick([toText(value), '\ud800', '@', 'a.', '\u0000', '{']) || ' '
  put(holder, key, piece.repeat(Math.ceil(length / piece.length)).slice(0, length))
})
const surrogates = onSlot(({ holder, key }, value, random) =>
  put(holder, key, `${toText(value)}${random.pick(['\ud800', '\udfff', '\ude00\ud83d'])}`),
)
const buried = onSlot(({ holder, key }, _, random) => random.chance(0.2) && put(holder, key, nested(random)))
const poisoned = inObject((holder, random) => put(holder, random.pick(KEYS), poison(random)))
const addedDeep = inObject((holder, random) => random.chance(0.2) && put(holder, 'deep', nested(random)))
const alike = onSlot(({ holder, key }, value, random) => put(holder, random.pick(ALIKE(key)), value))
const renamed: Mutation = onSlot(({ holder, key }, value, random) => {
  Reflect.deleteProperty(holder, key)
  put(holder, random.pick(ALIKE(key)), value)
})
const swappedSource: Mutation = ({ event }, random) => isObject(event) && put(event, 'triggerSource', random.pick(REAL_SOURCES))
const unknownSource: Mutation = ({ event }, random) => isObject(event) && put(event, 'triggerSource', random.pick(UNKNOWN_SOURCES))
const otherAddress: Mutation = ({ event }, random) => setAddress(event, random)
const anotherUser: Mutation = ({ event }, random) => {
  const attributes = own(own(event, 'request'), 'userAttributes')
  if (isObject(attributes)) put(attributes, 'sub', `00000000-0000-4000-8000-${String(random.below(1e12)).padStart(12, '0')}`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const mutations: readonly Mutation[] = [
  ...[dropped, nulled, retyped, grown, surrogates, buried, poisoned, poisoned, addedDeep, alike, renamed],
  ...[swappedSource, unknownSource, otherAddress, anotherUser, anotherUser],
]

/** Duplicates a key in JSON text. JSON.parse uses the last value; a parser that uses the first would read a different event. */
function withKeyTwice(text: string, random: Random): string {
  const key = random.pick(['email', 'triggerSource', 'userAttributes', 'email_verified', 'userName'])
  const value = random.pick(['"a@example.com"', `"${ADMIN}"`, 'null', '{"email":"a@example.com"}', '"true"'])
  return text.replace(`"${key}":`, `"${key}":${value},"${key}":`)
}
