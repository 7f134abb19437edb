import { isIdentifier } from './identifier.ts'
import type { Trigger } from './trigger.ts'

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

/** The rule vouches for this user. Only rules that hold proof return it: one `allow` is enough for an `anyOf`. */
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
export interface Broken extends Said {
  readonly kind: 'broken'
  readonly error: unknown
  /** Broken inside a `failClosed`: no `failOpen` further out, and no post trigger's default, turns this into a skip. */
  readonly sealed: boolean
}

/** What the engine knows of a rule after it ran. */
export type Verdict<T extends Trigger = Trigger> = AnyOutcome<T> | Broken

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

/** Vouches for this user. */
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
