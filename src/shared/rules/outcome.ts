import type { RuleNode } from './rule.ts'
import type { Approving, Refusing, Trigger, TriggerContract, Working } from './trigger.ts'

interface HasAuthor {
  /** The name of the rule that returned the outcome, even if a composition passes the outcome on. The engine sets the name. */
  readonly by?: string
}

/** The rule allows the user. Return it only if the rule holds proof, because one `allow` is enough for an `anyOf`. */
export interface Allow extends HasAuthor {
  readonly kind: 'allow'
}

/** The rule neither allows nor denies. */
export interface Skip extends HasAuthor {
  readonly kind: 'skip'
  readonly reason?: string
  /** An explanation for developers, as of a denial: see {@link Deny}. */
  readonly explanation?: string
}

/** The rule answers Cognito, in the trigger's format. An answer neither allows nor denies. */
export interface Answer<A> extends HasAuthor {
  readonly kind: 'answer'
  readonly answer: A
  readonly reason?: string
}

/** The code of a refusal, which the application gets after the message. */
export interface RefusalCode {
  /** Identifies the refusal for the application, such as `email-not-allowed`. At most 40 characters. */
  readonly code?: string
  /** The user attribute that the refusal is about, such as `email`. It needs a `code`. */
  readonly field?: string
}

/** The rule denies the user. */
export interface Deny extends HasAuthor, RefusalCode {
  readonly kind: 'deny'
  /** A constant identifier for the log and the metrics. */
  readonly reason: string
  /** The text that the end user reads, without a final full stop, because Cognito adds one. */
  readonly message: string
  /** Additional identifiers for the log, such as `given_name: too_small; custom:terms: invalid_value`. The caller never gets them. */
  readonly detail?: string
  /**
   * An explanation for developers, shown only by `lifeguard replay` and `lifeguard explain`. It may quote attributes, and is never logged.
   */
  readonly explanation?: string
  /** True if only a handler with `refusalCodes: 'all'` sends the code. The rules of this package set it. */
  readonly quiet?: boolean
}

/** The effect of the rule has happened. */
export interface Done extends HasAuthor {
  readonly kind: 'done'
}

// The type of a trigger's answer. `never` if Cognito ignores the answer, and for rules that fit any trigger, because each trigger has its
// own format.
type AnswerFor<T extends Trigger> = unknown extends T['answer'] ? never : [T['answer']] extends [never] ? never : Answer<T['answer']>

/** The outcomes that a rule may return. Every rule may skip. The trigger defines the others. */
export type Outcome<T extends Trigger = Trigger> =
  | Skip
  | AnswerFor<T>
  | (T extends Approving ? Allow : never)
  | (T extends Refusing ? Deny : never)
  | (T extends Working ? Done : never)

interface PassedAs<Kind extends string, T extends Trigger> extends HasAuthor {
  readonly kind: Kind
  readonly reason?: string
  readonly explanation?: string
  readonly answer?: T['answer']
}

/** An outcome that is not a denial. It may have an answer of any kind, because a composition may allow and answer at the same time. */
export type Passed<T extends Trigger = Trigger> = PassedAs<'skip', T> | PassedAs<'answer', T> | PassedAs<'allow', T> | PassedAs<'done', T>

/** Any outcome, before the engine has checked that the trigger permits it. */
export type AnyOutcome<T extends Trigger = Trigger> = Passed<T> | Deny

/** The verdict on a rule that threw, timed out or returned an outcome that is not permitted. */
export interface ErrorVerdict extends HasAuthor {
  readonly kind: 'error'
  readonly error: unknown
  /** True if the error is inside a `failClosed`. Then neither an outer `failOpen` nor the trigger turns the error into a skip. */
  readonly mustFail: boolean
}

/** The result of a rule: its outcome or its error. */
export type Verdict<T extends Trigger = Trigger> = AnyOutcome<T> | ErrorVerdict

// The maximum length of a rule's name. It fits the longest name that `denyIf` makes: `deny-if-` and a reason.
export const MAX_NAME_LENGTH = 72

/** Returns true if a value is a valid rule name. The length of names is limited, because they are a metric dimension. */
export function isRuleName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH && isIdentifier(name)
}

/** The maximum length of a reason in characters. Reasons are short because they are a metric dimension and a column in log queries. */
export const MAX_REASON_LENGTH = 64

/** Returns true if a value is an identifier that can be logged as a reason. */
export function isReason(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_REASON_LENGTH && isIdentifier(text)
}

/** The maximum length of a refusal's code in characters. */
export const MAX_CODE_LENGTH = 40

/** Returns true if a value can be the code of a refusal. */
export function isCode(code: unknown): code is string {
  return typeof code === 'string' && code.length <= MAX_CODE_LENGTH && isIdentifier(code)
}

/** Returns true if a string has the format of an attribute's name: identifiers joined by colons, such as `custom:terms`. */
export function isAttributeName(text: string): boolean {
  return text.length <= 64 && text.split(':').every(isIdentifier)
}

/** Returns true if a value is a string that is not empty after its final full stops are removed. */
export function isPublicText(text: unknown): text is string {
  return typeof text === 'string' && withoutFullStop(text) !== ''
}

/** Removes the final full stops of a message, because Cognito adds one. */
export function withoutFullStop(text: string): string {
  let trimmed = text.trimEnd()
  while (trimmed.endsWith('.')) trimmed = trimmed.slice(0, -1).trimEnd()
  return trimmed
}

/** Returns an outcome that allows the user. */
export function allow(): Allow {
  return { kind: 'allow' }
}

/**
 * Returns an outcome that neither allows nor denies.
 *
 * @param reason A constant identifier for the trace.
 * @param explanation A text for developers, which only `lifeguard replay` and `lifeguard explain` show. It is never logged.
 */
export function skip(reason?: string, explanation?: string): Skip {
  if (reason === undefined) return { kind: 'skip' }
  return explanation === undefined ? { kind: 'skip', reason } : { kind: 'skip', reason, explanation }
}

/**
 * Returns an outcome that answers Cognito.
 *
 * @param answer The answer in the trigger's format.
 * @param reason A constant identifier for the trace.
 * @example
 * preSignUp.rule('confirm', () => respond({ autoConfirmUser: true }))
 */
export function respond<A>(answer: NoInfer<A>, reason?: string): Answer<A> {
  return reason === undefined ? { kind: 'answer', answer } : { kind: 'answer', answer, reason }
}

/** The options of `deny`. */
export interface DenyOptions {
  /** Identifies the refusal for the application, such as `email-not-allowed`. At most 40 characters. */
  readonly code?: string
  /** The user attribute that the refusal is about, such as `email`. It needs a `code`. */
  readonly field?: string
  /** Identifiers for the log, joined by `: ` or `; `. The log hides any other string, because it may contain an attribute. */
  readonly detail?: string
  /** True to send the code only from a handler with `refusalCodes: 'all'`. By default, the code is always sent. */
  readonly quiet?: boolean
}

/**
 * Returns an outcome that denies the user.
 *
 * @param reason A constant identifier for the log, such as `domain-not-allowed`, of at most 64 characters.
 * @param message The text that the end user reads, after `PreSignUp failed with error`. Final full stops are removed, because
 *   Cognito adds one. The message must not reveal if a user exists.
 * @param options The code and the field are for the application: `readAuthError` of `cognito-lifeguard/client` reads them. They must not
 *   reveal more than the message.
 * @throws TypeError if the reason or the code is not an identifier, the field is not an attribute's name, or the message is empty. If a
 *   rule does not catch it, the rule has an error.
 * @example
 * deny('domain-not-allowed', 'This email address cannot be used to sign up')
 * @example
 * deny('no-invite', 'You need an invitation', { code: 'invite-missing', field: 'email' })
 */
export function deny(reason: string, message: string, options: DenyOptions = {}): Deny {
  if (!isReason(reason)) {
    throw new TypeError(`deny(): the reason must be an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'domain-not-allowed'`)
  }
  const text = withoutFullStop(message)
  if (text === '') throw new TypeError(`deny('${reason}'): the message is empty`)
  const { detail, quiet } = options
  const code = readCode(options, `deny('${reason}')`)
  return { kind: 'deny', reason, message: text, ...(detail !== undefined && { detail }), ...code, ...(quiet && { quiet }) }
}

/** Returns a code and a field. @throws TypeError if one of them is invalid, or if there is a field without a code. */
function readCode({ code, field }: { readonly code?: unknown; readonly field?: unknown }, owner: string): RefusalCode {
  if (code === undefined && field === undefined) return NO_CODE
  if (!isCode(code))
    throw new TypeError(`${owner}: the code must be an identifier of at most ${MAX_CODE_LENGTH} characters, such as 'invite-missing'`)
  if (field === undefined) return { code }
  if (typeof field === 'string' && isAttributeName(field)) return { code, field }
  throw new TypeError(`${owner}: the field must be the name of a user attribute, such as 'email' or 'custom:terms'`)
}

const NO_CODE: RefusalCode = {}

/** Returns an outcome for a rule that had its effect. */
export function done(): Done {
  return { kind: 'done' }
}

/** Returns true if the trigger permits this kind of outcome. */
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

const QUIET = { quiet: true } as const
const KINDS = ['allow', 'answer', 'skip', 'deny', 'done'] as const

/**
 * Validates a rule's outcome, and returns a copy with the rule's name. The check is needed at run time because plain JavaScript and type
 * assertions bypass TypeScript.
 *
 * @throws TypeError if the outcome is malformed, or if the trigger or the rule's `can` does not permit it.
 */
export function validateOutcome<T extends Trigger>(outcome: AnyOutcome<T>, rule: RuleNode, contract: TriggerContract): AnyOutcome<T> {
  // Copy the outcome first, because a getter may return different values, and the rule may change the object later.
  const copy = typeof outcome === 'object' && outcome !== null ? { ...outcome } : undefined
  if (copy === undefined || !isPermitted(copy.kind, contract)) {
    const permitted = KINDS.filter((kind) => isPermitted(kind, contract))
    throw new TypeError(`The rule '${rule.name}' must return one of ${permitted.join(', ')}`)
  }
  const by = findAuthor(copy, rule)
  if (rule.can !== undefined && copy.kind !== 'skip' && !rule.can.includes(copy.kind)) {
    throw new TypeError(`The rule '${rule.name}' returned ${copy.kind}, but it declares can: [${rule.can.join(', ')}]`)
  }
  if (copy.kind === 'deny') {
    if (!(isReason(copy.reason) && isPublicText(copy.message))) {
      throw new TypeError(`The rule '${rule.name}' denied without a message or a valid reason: use deny(reason, message)`)
    }
    const code = readCode(copy, `The rule '${rule.name}'`)
    return { kind: 'deny', by, reason: copy.reason, message: copy.message, ...pickTexts(copy), ...code, ...(copy.quiet === true && QUIET) }
  }
  if (copy.kind === 'answer' && copy.answer === undefined) {
    throw new TypeError(`The rule '${rule.name}' answered undefined: use respond(answer)`)
  }
  return { ...copy, by }
}

/** Returns the name of the rule that made the outcome. Only a composition may return the name of another rule, if the name is valid. */
function findAuthor({ by }: { readonly by?: unknown }, rule: RuleNode): string {
  return rule.children !== undefined && isRuleName(by) ? by : rule.name
}

/** Returns the detail and the explanation of a denial. Drops values that are not strings, because they could break the log. */
function pickTexts({ detail, explanation }: { readonly detail?: unknown; readonly explanation?: unknown }): {
  readonly detail?: string
  readonly explanation?: string
} {
  return { ...(typeof detail === 'string' && { detail }), ...(typeof explanation === 'string' && { explanation }) }
}

// These functions loop instead of using regular expressions, which V8 compiles at the first and again at the second use. For the names and
// reasons of a few rules, that was a noticeable part of a cold start.

const HYPHEN = 45
const FULL_STOP = 46
const UNDERSCORE = 95

/**
 * Returns true if a string is an identifier, such as `domain-not-allowed` or `Invite.expired2`. It starts with an ASCII letter, and holds
 * ASCII letters and digits, with single hyphens, full stops or underscores between them.
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

// `charCodeAt` returns NaN for an empty string, and NaN is neither a letter nor a digit.
function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
