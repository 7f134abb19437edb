import type { AttributeMap } from '../shared/cognito/event.ts'
import { assertTexts, describeValue } from '../shared/rules/arguments.ts'

/** The answer of an inbound federation rule. All other attributes stay as the provider sent them. */
export interface AttributeChanges {
  /** Attributes to add or override, by the provider's name of the attribute. */
  readonly set?: AttributeMap
  /** Names of attributes to drop. */
  readonly drop?: readonly string[]
}

// The attributes that identify a user at a provider. A changed one would sign the user in as another user.
const IDENTIFIERS: ReadonlySet<string> = new Set([
  ...['sub', 'id', 'user_id', 'NameID', 'nameid', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier'],
])

/** Returns why an attribute cannot be changed, or undefined if it can. */
export function changingFault(name: unknown): string | undefined {
  if (typeof name !== 'string') return `the name of an attribute is ${describeValue(name)}; expected a string`
  if (name === '') return 'an attribute has no name'
  return IDENTIFIERS.has(name) ? `'${name}' identifies the user at the identity provider, so it can be neither set nor dropped` : undefined
}

/** @throws TypeError without a name, or if a name is invalid or identifies the user. */
export function assertNames(owner: string, names: readonly string[]): void {
  assertTexts(owner, names)
  const fault = names.map(changingFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new TypeError(`${owner}: ${fault}`)
}

/** Combines two answers. The later one wins: it can set an attribute that the earlier one dropped, and drop one that it set. */
export function combineChanges(earlier: AttributeChanges, later: AttributeChanges): AttributeChanges {
  const { set = {}, drop = [] } = later
  const kept = Object.entries(earlier.set ?? {}).filter(([name]) => !drop.includes(name))
  const dropped = (earlier.drop ?? []).filter((name) => !Object.hasOwn(set, name))
  return { set: { ...Object.fromEntries(kept), ...set }, drop: [...new Set([...dropped, ...drop])] }
}

/** The attributes that a provider can verify, with the attribute that says so. */
export const VERIFIED: readonly (readonly [value: string, flag: string])[] = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
]

/**
 * Returns attributes with changes. If the changes set an address or a number that the provider did not send, its verification becomes
 * `false` unless they set that too, because the provider verified another value.
 */
export function applyChanges(attributes: AttributeMap, { set = {}, drop = [] }: AttributeChanges): AttributeMap {
  const sent = new Set(Object.values(attributes).map(toComparable))
  const disproved = VERIFIED.filter(([value, flag]) => {
    const isOther = Object.hasOwn(set, value) && !sent.has(toComparable(`${set[value]}`))
    return isOther && Object.hasOwn(attributes, flag) && !drop.includes(flag)
  })
  // `Object.fromEntries` and spreads define fields, so an attribute named `__proto__` is an ordinary field.
  const kept = Object.entries(attributes).filter(([name]) => !drop.includes(name) || Object.hasOwn(set, name))
  return { ...Object.fromEntries(kept), ...Object.fromEntries(disproved.map(([, flag]) => [flag, 'false'])), ...set }
}

function toComparable(text: string): string {
  return text.trim().toLowerCase()
}
