import { type AnyOutcome, isPublicText, isReason } from './outcome.ts'
import type { RuleNode } from './rule.ts'
import type { Trigger } from './trigger.ts'

/** The `typeof` of a field's value. */
export type FieldType = 'boolean' | 'number' | 'string' | 'object'

/** The fields of an answer to Cognito, each with the type of its value. */
export type ResponseFields = Readonly<Record<string, FieldType>>

/** What the rules of a trigger may say. */
export interface Allowed {
  readonly phase: 'pre' | 'post'
  readonly responseFields: ResponseFields
}

const KINDS = { pre: ['allow', 'skip', 'deny'], post: ['done', 'skip'] } as const

/**
 * Checks what a rule said, and names the rule that said it. Types say the same; plain JavaScript and assertions do not.
 *
 * @throws TypeError when the rule said something that its phase or kind forbids; to the engine that is a broken rule.
 */
export function checked<T extends Trigger>(outcome: AnyOutcome<T>, rule: RuleNode, allowed: Allowed): AnyOutcome<T> {
  const kinds: readonly string[] = KINDS[allowed.phase]
  if (typeof outcome !== 'object' || outcome === null || !kinds.includes(outcome.kind)) {
    throw new TypeError(`The rule '${rule.name}' must return one of ${kinds.join(', ')}`)
  }
  if (outcome.kind === 'deny' && !(isReason(outcome.reason) && isPublicText(outcome.message))) {
    throw new TypeError(
      `The rule '${rule.name}' denied without a reason that is an identifier, or without a message: use deny(reason, message)`,
    )
  }
  if (outcome.kind === 'allow' && (rule.kind === 'guard' || rule.kind === 'shaper')) {
    throw new TypeError(`The rule '${rule.name}' is a ${rule.kind}: it must not vouch for anybody`)
  }
  if (outcome.kind !== 'deny' && outcome.response !== undefined) checkResponse(outcome.response, rule, allowed.responseFields)
  return outcome.by === undefined ? { ...outcome, by: rule.name } : outcome
}

function checkResponse(response: object, rule: RuleNode, fields: ResponseFields): void {
  for (const field of Object.keys(response)) {
    if (!Object.hasOwn(fields, field)) {
      throw new TypeError(`The rule '${rule.name}' answered with '${field}', which this trigger's response does not have`)
    }
    const value: unknown = Reflect.get(response, field)
    if (typeof value !== fields[field]) {
      throw new TypeError(`The rule '${rule.name}' answered with '${field}' of type ${typeof value}; it is a ${fields[field]}`)
    }
  }
}
