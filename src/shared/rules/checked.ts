import { type AnyOutcome, isPublicText, isReason } from './outcome.ts'
import { isComposition, isRuleName, type RuleNode } from './rule.ts'
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

/** Whether rules of this phase may say that. */
export function isOfPhase({ kind }: Pick<AnyOutcome, 'kind'>, { phase }: Pick<Allowed, 'phase'>): boolean {
  const kinds: readonly string[] = KINDS[phase]
  return kinds.includes(kind)
}

/**
 * Returns a copy of what a rule said, with the name of the rule that said it. Types say the same; plain JavaScript and
 * assertions do not.
 *
 * @throws TypeError when the rule said something that its phase or kind forbids; to the engine that is a broken rule.
 */
export function checked<T extends Trigger>(outcome: AnyOutcome<T>, rule: RuleNode, allowed: Allowed): AnyOutcome<T> {
  // Read once: a getter may answer each read differently, and the rule may change its object later.
  const said = typeof outcome === 'object' && outcome !== null ? { ...outcome } : undefined
  const kinds: readonly string[] = KINDS[allowed.phase]
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
    throw new TypeError(`The rule '${rule.name}' is a ${rule.kind}: it must not vouch for anybody`)
  }
  if (said.response === undefined) return { ...said, by }
  return { ...said, by, response: copyResponse(said.response, rule, allowed.responseFields) }
}

/** Only a composition passes on what another rule said, and only with a name that can stand in a log. */
function authorOf({ by }: { readonly by?: unknown }, rule: RuleNode): string {
  return isComposition(rule) && isRuleName(by) ? by : rule.name
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
