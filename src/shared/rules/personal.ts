import { isReason } from './outcome.ts'

/** What stands in a log in place of a text that may be personal. */
const HIDDEN = 'hidden'

// Shorter values, such as a plan's name, stand in many a constant.
const LEAST_VALUE = 8
const LEAST_PART = 4

/**
 * The reasons and codes of this toolkit. A caller chooses validation data, client metadata and attributes: the same word in one of
 * them must not take the reason out of the log. `test/shared/rules/own-reasons.test.ts` compares the list with the sources.
 */
export const OWN_REASONS: ReadonlySet<string> = new Set([
  ...['attributes-not-valid', 'blocks-not-read', 'condition-false', 'confirmed', 'connect-timeout', 'deadline-exceeded', 'domain-denied'],
  ...['domain-not-allowed', 'effect-done', 'effect-failed', 'effect-held', 'effect-lost', 'effect-unknown', 'email-malformed'],
  ...['email-not-verified', 'email-unreadable', 'engine-never-ran', 'failed-open', 'federated-email-not-verified'],
  ...[
    'ignored-for-administrators',
    'invalid-domain-list',
    'invalid-event',
    'invalid-settings',
    'no-email',
    'no-sub',
    'no-rule-allowed',
    'not-a-sign-up',
  ],
  ...[
    'not-blocked',
    'not-done',
    'pool-not-found',
    'rule-error',
    'shadowed',
    'trigger-denied',
    'trigger-failed',
    'unnamed',
    'user-blocked',
    'user-not-named',
  ],
  ...['error', 'AbortError', 'Error', 'RangeError', 'SyntaxError', 'TypeError'],
])

/** Returns a text as a log may hold it. */
export type Hide = (text: string) => string

// The attributes that name a user. Others, such as a plan or a locale, say something about many users.
const NAMING = [
  ...['sub', 'name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'phone_number', 'birthdate', 'address'],
]

/**
 * Returns a function that hides texts which hold a value of an event. Reasons, and the names and codes of errors, are identifiers,
 * which an address, a phone number or a whole name is not. A user name, a `sub` or a part of an address may be one. So a text is
 * hidden if it is a value of the event, holds a longer one, or has a part in common with one that names the user.
 *
 * @example
 * hidePersonal(event)('mary') // 'hidden', where the user name is mary or the address mary@example.com
 */
export function hidePersonal(event: unknown): Hide {
  let known: Values | undefined
  return (text) => {
    if (OWN_REASONS.has(text) || /Exception$/.test(text)) return text
    known ??= collectValues(event)
    const { values, parts } = known
    const lower = text.toLowerCase()
    const holdsValue = values.some((value) => value === lower || (value.length >= LEAST_VALUE && lower.includes(value)))
    // A frame of a stack is no identifier: the words in it are those of the program.
    const isNamed = isReason(text) && splitParts(lower).some((part) => parts.has(part))
    return holdsValue || isNamed ? HIDDEN : text
  }
}

/** Returns a detail as a log may hold it: identifiers with `: ` or `; ` between them. An attribute's name may hold a colon. */
export function loggedDetail(detail: string, hide: Hide): string {
  return detail.split(/[:;] |:/).every((part) => isReason(part) && hide(part) === part) ? detail : HIDDEN
}

interface Values {
  /** What the caller or the user chose, in lower case. */
  readonly values: readonly string[]
  /** The words in what names the user: `mary` and `smith` of mary.smith@example.com. */
  readonly parts: ReadonlySet<string>
}

function collectValues(event: unknown): Values {
  const { userName, request } = isObject(event) ? event : {}
  const { userAttributes, validationData, clientMetadata } = isObject(request) ? request : {}
  const attributes = isObject(userAttributes) ? userAttributes : {}
  const { email, identities } = attributes
  // Cognito's own attributes, such as `cognito:user_status`, have the same few values for many users.
  const all = [attributes, validationData, clientMetadata].flatMap((map) =>
    isObject(map) ? Object.keys(map).flatMap((name) => (name.startsWith('cognito:') ? [] : [map[name]])) : [],
  )
  // Of an address the part before the `@`: the domain is that of many users.
  const naming = [userName, ...NAMING.map((name) => attributes[name]), `${email ?? ''}`.split('@')[0], ...parseUserIds(identities)]
  return { values: [userName, ...all].flatMap(lowerCase), parts: new Set(naming.flatMap(lowerCase).flatMap(splitParts)) }
}

/** The user's ids at identity providers, out of the JSON text that Cognito sends. */
function parseUserIds(identities: unknown): readonly string[] {
  return typeof identities === 'string' ? [...identities.matchAll(/"userId"\s*:\s*"([^"]*)"/g)].map(([, id = '']) => id) : []
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
