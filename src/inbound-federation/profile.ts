import type { AttributeMap } from '../shared/cognito/event.ts'
import { InvalidEventError } from '../shared/lambda/errors.ts'
import { createUser, isObject } from '../shared/rules/invocation.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import { type AttributeChanges, applyChanges, VERIFIED } from './changes.ts'
import type { Claims, InboundFederationEvent } from './trigger.ts'

/** A part of the provider's response that has attributes. */
type Part = 'idToken' | 'userInfo' | 'samlResponse'

// Later parts win, because only the ID token is signed.
const PARTS: readonly Part[] = ['samlResponse', 'userInfo', 'idToken']

/**
 * Returns the attributes of an event, as strings. Numbers and booleans become strings. Lists and objects become JSON. Attributes without
 * a value are left out. The ID token wins over the user info.
 *
 * A verification counts only if its part has the same value. Otherwise it becomes `false`, because the provider verified another value.
 *
 * @throws InvalidEventError if a part is neither an object nor a JSON string of one.
 */
export function readProfile(event: InboundFederationEvent): AttributeMap {
  // Cognito sends an empty map. If it ever sends a filled one, its attributes must not be lost.
  const parts = [event.response?.userAttributesToMap ?? {}, ...PARTS.map((part) => readPart(event, part))].map(toTexts)
  const profile: Record<string, string> = Object.assign(Object.create(null), ...parts)
  for (const [value, flag] of VERIFIED) {
    const verifying = parts.findLast((part) => part[flag] !== undefined)
    if (verifying !== undefined && verifying[value] !== profile[value]) profile[flag] = 'false'
  }
  return profile
}

/**
 * Returns the claims of a part of the provider's response, as the provider sent them.
 *
 * @throws InvalidEventError if the part is neither an object nor a JSON string of one.
 */
export function readPart(event: InboundFederationEvent, part: Part): Claims {
  const parts: unknown = event.request?.attributes ?? {}
  if (!isObject(parts)) throw new InvalidEventError(['request.attributes: expected an object'])
  const value = parts[part]
  if (value === undefined || value === null || value === '') return {}
  const claims = typeof value === 'string' ? parseJson(value) : value
  if (!isObject(claims)) throw new InvalidEventError([`request.attributes.${part}: expected an object, or a JSON string of one`])
  return claims
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The error is dropped, because its message quotes the text.
    return undefined
  }
}

/** Returns an object without a prototype, so that an attribute named `constructor` is undefined unless the provider sent it. */
function toTexts(claims: Claims): AttributeMap {
  const texts = Object.entries(claims).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, toText(value)]]))
  return Object.setPrototypeOf(Object.fromEntries(texts), null)
}

function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Returns the name that the pool gives a federated user: the provider's name, `_` and the user's id at the provider. */
export function toPoolUserName({ userName, request }: InboundFederationEvent): string {
  const prefix = `${request?.providerName ?? ''}_`
  // Examples of AWS have the prefix already.
  return `${userName}`.toLowerCase().startsWith(prefix.toLowerCase()) ? userName : `${prefix}${userName}`
}

/** Returns the user with the provider's attributes, changed by the answers of earlier rules. */
export function readIncomingUser(event: InboundFederationEvent, changes: AttributeChanges = {}): RuleUser {
  const user = createUser(toPoolUserName(event), applyChanges(readProfile(event), changes))
  // A provider must not choose the id or the status that the user has in the pool.
  return Object.freeze({ ...user, sub: undefined, status: undefined })
}
