import { isObject } from '../../../../shared/rules/invocation.ts'

type Fields = Readonly<Record<string, unknown>>

/** Replaces the personal values of recorded events. The same value always gets the same replacement. */
export interface Replacer {
  /** Learns the personal values of an event. Call it for all events before `replace`. */
  readonly learn: (event: Fields) => void
  /** Copies a value without the personal values that were learnt. */
  readonly replace: (value: unknown) => unknown
}

const EMAIL = /^[^@\s]+@([^@\s]+)$/
const PHONE = /^\+\d{6,15}$/
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i
// Values that say nothing about a person, and on which rules often decide.
const IMPERSONAL = /^(?:true|false|)$/
const KEPT = /^(?:cognito:.*|.*_verified|locale|zoneinfo|updated_at|identities)$/
// A shorter value is part of many other texts, such as the name of a field.
const SHORTEST = 3
const NAMES: Readonly<Record<string, string>> = { given_name: 'Mary', family_name: 'Example', name: 'Mary Example', nickname: 'Mary' }
const SECRETS = new Set(['password', 'access_token', 'refresh_token', 'id_token', 'idToken', 'samlResponse'])

export function createReplacer(): Replacer {
  const replacements = new Map<string, string>()
  const counts = { uuid: 0, email: 0, phone: 0, value: 0 }

  const learnValue = (name: string, value: unknown): void => {
    if (typeof value !== 'string' || value.length < SHORTEST || IMPERSONAL.test(value) || KEPT.test(name) || replacements.has(value)) return
    replacements.set(value, toReplacement(name, value))
  }
  const toReplacement = (name: string, value: string): string => {
    const [, domain] = EMAIL.exec(value) ?? []
    if (domain !== undefined) {
      counts.email += 1
      return `user-${counts.email}@${domain}`
    }
    if (PHONE.test(value)) {
      counts.phone += 1
      return `+1555010${String(counts.phone).padStart(4, '0')}`
    }
    if (UUID.test(value)) {
      counts.uuid += 1
      return `00000000-0000-4000-8000-${String(counts.uuid).padStart(12, '0')}`
    }
    const own = NAMES[name]
    if (own !== undefined) return own
    counts.value += 1
    return `${name === 'userName' ? 'user' : 'value'}-${counts.value}`
  }

  const learnAll = (fields: unknown): void => {
    for (const [name, value] of Object.entries(isObject(fields) ? fields : {})) learnValue(name, value)
  }

  const replaceText = (text: string): string => {
    // The longest first, because one value may contain another.
    const all = [...replacements].toSorted(([one], [two]) => two.length - one.length)
    return all.reduce((shown, [value, replacement]) => shown.replaceAll(value, replacement), text)
  }

  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return replaceText(value)
    if (Array.isArray(value)) return value.map(replace)
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, SECRETS.has(name) && typeof each === 'string' ? 'secret' : replace(each)]),
    )
  }

  return {
    learn(event) {
      const request = isObject(event.request) ? event.request : {}
      learnAll(request.userAttributes)
      learnAll(request.validationData)
      learnAll(request.clientMetadata)
      const provider = isObject(request.attributes) ? request.attributes : {}
      learnAll(provider.idToken)
      learnAll(provider.userInfo)
      const { identities } = isObject(request.userAttributes) ? request.userAttributes : {}
      for (const identity of readIdentities(identities)) learnValue('userId', identity)
      learnValue('userName', event.userName)
    },
    replace,
  }
}

function readIdentities(text: unknown): readonly unknown[] {
  if (typeof text !== 'string') return []
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.map((each) => (isObject(each) ? each.userId : undefined)) : []
  } catch {
    return []
  }
}
