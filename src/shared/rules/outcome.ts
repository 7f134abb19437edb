import type { RuleNode } from './rule.ts'
import type { Approving, Refusing, Trigger, TriggerContract, Working } from './trigger.ts'

interface Said {
  /** The rule that said so, when a composition passes on what one of its rules said. The engine fills it in. */
  readonly by?: string
}

/** The rule allows the user. Only rules that hold proof return it: one `allow` is enough for an `anyOf`. */
export interface Allow extends Said {
  readonly kind: 'allow'
}

/** The rule has no opinion. */
export interface Skip extends Said {
  readonly kind: 'skip'
  readonly reason?: string
}

/** The rule answers Cognito, in the trigger's own words. That says nothing about whether the user may go on. */
export interface Answer<A> extends Said {
  readonly kind: 'answer'
  readonly answer: A
  readonly reason?: string
}

/** The rule denies. */
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

/** The rule had its effect. */
export interface Done extends Said {
  readonly kind: 'done'
}

// A rule for any trigger cannot know the words of one, and some triggers read no answer.
type AnswerFor<T extends Trigger> = unknown extends T['answer'] ? never : [T['answer']] extends [never] ? never : Answer<T['answer']>

/** What a rule may return. Every rule may skip; the trigger says what else it may do. */
export type Outcome<T extends Trigger = Trigger> =
  | Skip
  | AnswerFor<T>
  | (T extends Approving ? Allow : never)
  | (T extends Refusing ? Deny : never)
  | (T extends Working ? Done : never)

interface PassedAs<Kind extends string, T extends Trigger> extends Said {
  readonly kind: Kind
  readonly reason?: string
  readonly answer?: T['answer']
}

/** What rules do not object to. A composition may allow and answer at once. */
export type Passed<T extends Trigger = Trigger> = PassedAs<'skip', T> | PassedAs<'answer', T> | PassedAs<'allow', T> | PassedAs<'done', T>

/** What the engine handles before it has checked what the trigger permits. */
export type AnyOutcome<T extends Trigger = Trigger> = Passed<T> | Deny

/** A rule that threw, ran out of time or returned an outcome that is not permitted. */
export interface ErrorVerdict extends Said {
  readonly kind: 'error'
  readonly error: unknown
  /** The error is inside a `failClosed`: no `failOpen` further out, and no trigger that continues, turns it into a skip. */
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

/** Allows the user. */
export function allow(): Allow {
  return { kind: 'allow' }
}

/**
 * Has no opinion.
 *
 * @param reason A constant identifier for the trace.
 */
export function skip(reason?: string): Skip {
  return reason === undefined ? { kind: 'skip' } : { kind: 'skip', reason }
}

/**
 * Answers Cognito, in the trigger's own words.
 *
 * @param reason A constant identifier for the trace.
 * @example
 * preSignUp.rule('confirm', () => respond({ autoConfirmUser: true }))
 */
export function respond<A>(answer: NoInfer<A>, reason?: string): Answer<A> {
  return reason === undefined ? { kind: 'answer', answer } : { kind: 'answer', answer, reason }
}

/** More about a denial. */
export interface DenyOptions {
  /** For the log: identifiers, with `: ` or `; ` between them. The log leaves out any other text: an attribute may stand in it. */
  readonly detail?: string
}

/**
 * Denies.
 *
 * @param reason A constant identifier for the log, such as `domain-not-allowed`; at most 64 characters.
 * @param message What the caller of Cognito reads, after `PreSignUp failed with error`. Full stops at its end are
 *   dropped, since Cognito adds one. It must not tell whether a user exists.
 * @throws TypeError when the reason is not an identifier or the message is empty. In a rule that is an error, which refuses too.
 * @example
 * deny('domain-not-allowed', 'This email address cannot be used to sign up')
 */
export function deny(reason: string, message: string, { detail }: DenyOptions = {}): Deny {
  if (!isReason(reason)) {
    throw new TypeError(`deny: the reason must be an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'domain-not-allowed'`)
  }
  const text = withoutFullStop(message)
  if (text === '') throw new TypeError(`deny('${reason}'): the message for the caller is empty`)
  return detail === undefined ? { kind: 'deny', reason, message: text } : { kind: 'deny', reason, message: text, detail }
}

/** Reports that the rule had its effect. */
export function done(): Done {
  return { kind: 'done' }
}

/** Whether a trigger permits an outcome of that kind. */
export function isPermitted(kind: unknown, contract: TriggerContract): kind is AnyOutcome['kind'] {
  switch (kind) {
    case 'skip':
      return true
    case 'answer':
      return contract.answers !== undefined
    case 'allow':
      return contract.approves
    case 'deny':
      return contract.refuses
    case 'done':
      return contract.works
    default:
      return false
  }
}

const KINDS = ['allow', 'answer', 'skip', 'deny', 'done'] as const

/**
 * Returns a copy of what a rule returned, with the name of the rule. Types check the same; plain JavaScript and assertions do not.
 *
 * @throws TypeError when the trigger, or what the rule declares in `can`, does not permit it. To the engine that is an error.
 */
export function validateOutcome<T extends Trigger>(outcome: AnyOutcome<T>, rule: RuleNode, contract: TriggerContract): AnyOutcome<T> {
  // Read once: a getter may answer each read differently, and the rule may change its object later.
  const said = typeof outcome === 'object' && outcome !== null ? { ...outcome } : undefined
  if (said === undefined || !isPermitted(said.kind, contract)) {
    const permitted = KINDS.filter((kind) => isPermitted(kind, contract))
    throw new TypeError(`The rule '${rule.name}' must return one of ${permitted.join(', ')}`)
  }
  const by = findAuthor(said, rule)
  if (rule.can !== undefined && said.kind !== 'skip' && !rule.can.includes(said.kind)) {
    throw new TypeError(`The rule '${rule.name}' returned ${said.kind}, but it declares can: [${rule.can.join(', ')}]`)
  }
  if (said.kind === 'deny') {
    if (!(isReason(said.reason) && isPublicText(said.message))) {
      throw new TypeError(
        `The rule '${rule.name}' denied without a reason that is an identifier, or without a message: use deny(reason, message)`,
      )
    }
    return { kind: 'deny', by, reason: said.reason, message: said.message, ...texts(said) }
  }
  if (said.kind === 'answer' && said.answer === undefined) {
    throw new TypeError(`The rule '${rule.name}' answered undefined: use respond(answer)`)
  }
  return { ...said, by }
}

/** Only a composition passes on what another rule said, and only with a name that can stand in a log. */
function findAuthor({ by }: { readonly by?: unknown }, rule: RuleNode): string {
  return rule.children !== undefined && isRuleName(by) ? by : rule.name
}

/** The optional texts of a denial: what is not a text is dropped, so that it can break nothing that writes them. */
function texts({ detail, explanation }: { readonly detail?: unknown; readonly explanation?: unknown }): {
  readonly detail?: string
  readonly explanation?: string
} {
  return { ...(typeof detail === 'string' && { detail }), ...(typeof explanation === 'string' && { explanation }) }
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
