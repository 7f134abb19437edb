import type { RuleNode } from './rule.ts'
import type { ResponseFields, Trigger, TriggerContract } from './trigger.ts'

/** What a rule may put into the answer to Cognito; a rule for any trigger nothing, since it cannot know the fields. */
export type ResponseOf<T extends Trigger> = unknown extends T['event']['response'] ? never : Partial<T['event']['response']>

interface Said {
  /** The rule that said so, when a composition passes on what one of its rules said. The engine fills it in. */
  readonly by?: string
}

/** An outcome without an answer, which fits every trigger of its phase. */
export interface Plain<Kind extends 'allow' | 'skip' | 'done'> extends Said {
  readonly kind: Kind
}

/** The rule allows the user. Only rules that hold proof return it: one `allow` is enough for an `anyOf`. */
export interface Allow<T extends Trigger = Trigger> extends Said {
  readonly kind: 'allow'
  /** What the rules of a composition put into the answer; a single rule answers with {@link respond}. */
  readonly response?: ResponseOf<T>
}

/** The rule has no opinion; it may shape the answer. */
export interface Skip<T extends Trigger = Trigger> extends Said {
  readonly kind: 'skip'
  readonly why?: string
  readonly response?: ResponseOf<T>
}

/** The rule refuses. */
export interface Deny extends Said {
  readonly kind: 'deny'
  /** A constant identifier, for the log and the metrics. */
  readonly reason: string
  /** The text the caller of Cognito sees, without a full stop at its end: Cognito adds one. */
  readonly message: string
  /** More for the log, never for the caller: identifiers, such as `given_name: too_small; custom:terms: invalid_value`. */
  readonly detail?: string
  /** More for a developer, in `lifeguard replay` and `lifeguard explain` alone. It may quote attributes: no log ever holds it. */
  readonly explanation?: string
}

/** A post rule did its work. */
export interface Done<T extends Trigger = Trigger> extends Said {
  readonly kind: 'done'
  readonly response?: ResponseOf<T>
}

/** What a rule for a trigger may say: a pre rule judges, a post rule works, and a rule for any trigger only looks. */
export type Outcome<T extends Trigger = Trigger> = 'pre' | 'post' extends T['phase']
  ? Skip<T>
  : T['phase'] extends 'pre'
    ? Allow<T> | Skip<T> | Deny
    : Done<T> | Skip<T>

/** Any outcome of either phase: what the engine handles before it has checked the phase. */
export type AnyOutcome<T extends Trigger = Trigger> = Allow<T> | Skip<T> | Deny | Done<T>

/** A rule that threw, ran out of time, or said what it may not say. */
export interface ErrorVerdict extends Said {
  readonly kind: 'error'
  readonly error: unknown
  /** ErrorVerdict inside a `failClosed`: no `failOpen` further out, and no post trigger's default, turns this into a skip. */
  readonly mustFail: boolean
}

/** What the engine knows of a rule after it ran. */
export type Verdict<T extends Trigger = Trigger> = AnyOutcome<T> | ErrorVerdict

// `deny-if-` and the longest reason.
export const MAX_NAME_LENGTH = 72

/** Whether a value can be a rule's name: it becomes a dimension of metrics. */
export function isRuleName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH && isIdentifier(name)
}

/** The longest reason, in characters: it becomes a metric's dimension and a column in log queries. */
export const MAX_REASON_LENGTH = 64

/** Tells whether a text is a constant identifier that can stand in a log as a reason. */
export function isReason(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_REASON_LENGTH && isIdentifier(text)
}

/** Tells whether a text is one that a caller can read, once the full stops at its end are dropped. */
export function isPublicText(text: unknown): text is string {
  return typeof text === 'string' && withoutFullStop(text) !== ''
}

/** A text without the full stops at its end: Cognito adds one. */
export function withoutFullStop(text: string): string {
  let trimmed = text.trimEnd()
  while (trimmed.endsWith('.')) trimmed = trimmed.slice(0, -1).trimEnd()
  return trimmed
}

/** Allows for this user. */
export function allow(): Plain<'allow'> {
  return { kind: 'allow' }
}

/**
 * Has no opinion.
 *
 * @param why A constant identifier for the trace.
 */
export function skip(why?: string): Plain<'skip'> & Pick<Skip, 'why'> {
  return why === undefined ? { kind: 'skip' } : { kind: 'skip', why }
}

/**
 * Has no opinion on the user, but shapes the answer to Cognito.
 *
 * @example
 * defineRule<PreSignUp>('confirm', () => respond({ autoConfirmUser: true }))
 */
export function respond<T extends Trigger>(response: ResponseOf<T>, why?: string): Skip<T> {
  return why === undefined ? { kind: 'skip', response } : { kind: 'skip', why, response }
}

/**
 * Refuses.
 *
 * @param reason A constant identifier for the log, such as `domain-not-allowed`; at most 64 characters.
 * @param message What the caller of Cognito reads, after `PreSignUp failed with error`. Full stops at its end are
 *   dropped, since Cognito adds one. It must not tell whether a user exists.
 * @param detail More for the log: identifiers, with `: ` or `; ` between them. The log leaves out any other text, because an
 *   attribute may stand in it.
 * @throws TypeError when the reason is not an identifier or the message is empty; in a rule that means broken, and so refused.
 * @example
 * deny('domain-not-allowed', 'This email address cannot be used to sign up')
 */
export function deny(reason: string, message: string, detail?: string): Deny {
  if (!isReason(reason)) {
    throw new TypeError(`deny: the reason must be an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'domain-not-allowed'`)
  }
  const text = withoutFullStop(message)
  if (text === '') throw new TypeError(`deny('${reason}'): the message for the caller is empty`)
  return detail === undefined ? { kind: 'deny', reason, message: text } : { kind: 'deny', reason, message: text, detail }
}

/** Says that a post rule did its work. */
export function done(): Plain<'done'> {
  return { kind: 'done' }
}

const KINDS = { pre: ['allow', 'skip', 'deny'], post: ['done', 'skip'] } as const

/** Whether rules of this phase may say that. */
export function isOfPhase({ kind }: Pick<AnyOutcome, 'kind'>, { phase }: Pick<TriggerContract, 'phase'>): boolean {
  const kinds: readonly string[] = KINDS[phase]
  return kinds.includes(kind)
}

/**
 * Returns a copy of what a rule said, with the name of the rule that said it. Types say the same; plain JavaScript and
 * assertions do not.
 *
 * @throws TypeError when the rule said something that its phase or kind forbids; to the engine that is a broken rule.
 */
export function validateOutcome<T extends Trigger>(outcome: AnyOutcome<T>, rule: RuleNode, contract: TriggerContract): AnyOutcome<T> {
  // Read once: a getter may answer each read differently, and the rule may change its object later.
  const said = typeof outcome === 'object' && outcome !== null ? { ...outcome } : undefined
  const kinds: readonly string[] = KINDS[contract.phase]
  if (said === undefined || !kinds.includes(said.kind)) {
    throw new TypeError(`The rule '${rule.name}' must return one of ${kinds.join(', ')}`)
  }
  const by = authorOf(said, rule)
  if (said.kind === 'deny') {
    if (!(isReason(said.reason) && isPublicText(said.message))) {
      throw new TypeError(
        `The rule '${rule.name}' denied without a reason that is an identifier, or without a message: use deny(reason, message)`,
      )
    }
    return { kind: 'deny', by, reason: said.reason, message: said.message, ...texts(said) }
  }
  if (said.kind === 'allow' && (rule.kind === 'guard' || rule.kind === 'shaper')) {
    throw new TypeError(`The rule '${rule.name}' is a ${rule.kind}: it must not allow`)
  }
  if (said.response === undefined) return { ...said, by }
  return { ...said, by, response: copyResponse(said.response, rule, contract.responseFields) }
}

/** Only a composition passes on what another rule said, and only with a name that can stand in a log. */
function authorOf({ by }: { readonly by?: unknown }, rule: RuleNode): string {
  return rule.children !== undefined && isRuleName(by) ? by : rule.name
}

/** The optional texts of a denial: what is not a text is dropped, so that it can break nothing that writes them. */
function texts({ detail, explanation }: { readonly detail?: unknown; readonly explanation?: unknown }): {
  readonly detail?: string
  readonly explanation?: string
} {
  return { ...(typeof detail === 'string' && { detail }), ...(typeof explanation === 'string' && { explanation }) }
}

function copyResponse<R extends object>(response: R, rule: RuleNode, fields: ResponseFields): R {
  const copy = { ...response }
  for (const field of Object.keys(copy)) {
    if (!Object.hasOwn(fields, field)) {
      throw new TypeError(`The rule '${rule.name}' answered with '${field}', which this trigger's response does not have`)
    }
    const value: unknown = Reflect.get(copy, field)
    if (typeof value !== fields[field]) {
      throw new TypeError(`The rule '${rule.name}' answered with '${field}' of type ${typeof value}; it is a ${fields[field]}`)
    }
    if (typeof value === 'object') Reflect.set(copy, field, structuredClone(value))
  }
  return copy
}

// Loops and no regular expressions: an engine compiles one at its first use and, to faster code, at its second, and the names
// and reasons of a few rules took a noticeable part of a cold start that way.

const HYPHEN = 45
const FULL_STOP = 46
const UNDERSCORE = 95

/**
 * Whether a text is made of ASCII letters and digits, starts with a letter, and has nothing else in it but hyphens, full stops
 * and underscores between two of them: `domain-not-allowed`, `Invite.expired2`.
 */
export function isIdentifier(text: string): boolean {
  if (!isLetter(text.charCodeAt(0))) return false
  let afterMark = false
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isLetter(code) || isDigit(code)) afterMark = false
    else if (afterMark || !(code === HYPHEN || code === UNDERSCORE || code === FULL_STOP)) return false
    else afterMark = true
  }
  return !afterMark
}

// NaN, behind the end of a text, is neither.
function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
