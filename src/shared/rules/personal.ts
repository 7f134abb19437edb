import { isReason } from './outcome.ts'

/** The log has this word instead of a string that may be personal. */
const HIDDEN = 'hidden'

// Only values and words of these minimum lengths are searched inside a string. Shorter ones, such as a plan's name, are part of many
// constants, so the log would hide these constants too.
const LEAST_VALUE = 8
const LEAST_PART = 4

/**
 * The reasons and codes of this package, which are never hidden. Otherwise a caller could hide a reason in the log by sending the
 * same word as an attribute or as metadata. `test/shared/rules/own-reasons.test.ts` compares the list with the sources.
 */
export const OWN_REASONS: ReadonlySet<string> = new Set([
  ...[
    'answered-already',
    'attributes-not-valid',
    'blocks-not-read',
    'captcha-answer',
    'code-not-decrypted',
    'condition-false',
    'confirmed',
    'connect-timeout',
    'deadline-exceeded',
    'denial-published',
    'directory-answer',
    'domain-denied',
  ],
  ...['domain-not-allowed', 'effect-done', 'effect-failed', 'effect-held', 'effect-lost', 'effect-unknown', 'email-malformed'],
  ...['email-not-verified', 'email-unreadable', 'engine-never-ran', 'event-rejected', 'failed-open', 'federated-email-not-verified'],
  ...['hash-not-supported', 'hash-package-missing'],
  ...[
    'ignored-for-administrators',
    'invalid-domain-list',
    'invalid-event',
    'invalid-settings',
    'keys-unavailable',
    'no-email',
    'no-sub',
    'no-rule-allowed',
    'not-a-sign-up',
  ],
  ...[
    'not-blocked',
    'not-done',
    'pool-given-up',
    'pool-not-found',
    'reserved',
    'rule-error',
    'shadowed',
    'trigger-denied',
    'trigger-failed',
    'unnamed',
    'user-blocked',
    'user-not-named',
    'webhook-failed',
  ],
  ...['error', 'AbortError', 'Error', 'RangeError', 'SyntaxError', 'TypeError'],
])

/** Returns the string, or `hidden` if it may be personal. */
export type Hide = (text: string) => string

// The attributes that identify a user. Many users share the values of other attributes, such as a plan or a locale.
const NAMING = [
  ...[
    'sub',
    'userId',
    'name',
    'given_name',
    'family_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'phone_number',
    'birthdate',
    'address',
  ],
]

/**
 * Returns a function that hides strings with personal values of an event. The function hides a string that equals a value of the event, or
 * contains one of 8 characters or more. It also hides an identifier that shares a word of 4 letters or more with a value that identifies
 * the user, such as the user name.
 *
 * @example
 * hidePersonal(event)('mary') // 'hidden' if the user name is mary, or the address mary@example.com
 */
export function hidePersonal(event: unknown): Hide {
  let known: Values | undefined
  return (text) => {
    if (OWN_REASONS.has(text) || /Exception$/.test(text)) return text
    known ??= collectValues(event)
    const { values, parts } = known
    const lower = text.toLowerCase()
    const holdsValue = values.some((value) => value === lower || (value.length >= LEAST_VALUE && lower.includes(value)))
    // Compare words only of identifiers, because the words in a stack frame are names in the program.
    const isNamed = isReason(text) && splitParts(lower).some((part) => parts.has(part))
    return holdsValue || isNamed ? HIDDEN : text
  }
}

/** Returns a detail if it is a list of identifiers joined by `: `, `; ` or `:` with nothing personal, and `hidden` otherwise. */
export function loggedDetail(detail: string, hide: Hide): string {
  return detail.split(/[:;] |:/).every((part) => isReason(part) && hide(part) === part) ? detail : HIDDEN
}

interface Values {
  /** All values that the caller or the user chose, in lower case. */
  readonly values: readonly string[]
  /** The words of the values that identify the user: `mary` and `smith` of mary.smith@example.com. */
  readonly parts: ReadonlySet<string>
}

function collectValues(event: unknown): Values {
  const { userName, request } = isObject(event) ? event : {}
  const all = [['sub', userName] as const, ...collectTexts(request)]
  const naming = all.flatMap(([name, text]): readonly unknown[] => {
    // Use only the part of the address before the `@`, because many users share the domain.
    if (name === 'email') return [`${text}`.split('@')[0]]
    return NAMING.includes(name) ? [text] : []
  })
  return { values: all.flatMap(([, text]) => lowerCase(text)), parts: new Set(naming.flatMap(lowerCase).flatMap(splitParts)) }
}

/**
 * Returns the strings in a request at any depth, with the names of their fields. Also reads the JSON in a string, such as an ID token.
 * Excludes Cognito's own attributes, such as `cognito:user_status`, because many users share their values.
 */
function collectTexts(request: unknown): readonly (readonly [name: string, text: unknown])[] {
  const found: (readonly [string, unknown])[] = []
  // The loop also visits the values that it adds. Recursion would overflow the stack in an event that is nested deeply.
  const open: (readonly [string, unknown])[] = [['', request]]
  for (const [name, value] of open) {
    if (isObject(value)) for (const key of Object.keys(value)) open.push([key, value[key]])
    else if (!name.startsWith('cognito:')) {
      found.push([name, value])
      const inner = parseObject(value)
      if (inner !== undefined) open.push([name, inner])
    }
  }
  return found
}

function parseObject(value: unknown): unknown {
  try {
    const inner: unknown = JSON.parse(`${value}`)
    return isObject(inner) ? inner : undefined
  } catch {
    // Most strings are not JSON.
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function lowerCase(value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value.toLowerCase()] : []
}

function splitParts(text: string): readonly string[] {
  return text.split(/[^a-z\d\u0080-\uffff]+/).filter((part) => part.length >= LEAST_PART)
}
