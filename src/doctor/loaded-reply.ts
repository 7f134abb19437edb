import type { FunctionError } from '../replay/child-messages.ts'
import type { RuleDescription } from '../replay/description.ts'
import { isRecord } from '../replay/handler-log.ts'
import type { Need } from '../shared/rules/rule.ts'

/** What became of a handler that was to be loaded. */
export type LoadedReply =
  | {
      readonly kind: 'ready'
      readonly rule: RuleDescription | undefined
      readonly trigger: string | undefined
      readonly takesCallback: boolean
    }
  | { readonly kind: 'broken'; readonly error: FunctionError }
  | { readonly kind: 'ended' }

// Compositions of people have a few levels. What is read here is walked by recursion later.
const DEEPEST = 100

/**
 * Reads what the process of a handler answered. A handler can write to that channel itself, so it may be anything.
 *
 * @returns undefined for anything else.
 */
export function readLoadedReply(message: unknown): LoadedReply | undefined {
  if (!isRecord(message)) return undefined
  const { kind, rule, trigger, takesCallback, error } = message
  if (kind === 'ended') return { kind }
  if (kind === 'broken') {
    return isRecord(error) && isText(error.name) && isText(error.message)
      ? { kind, error: { name: error.name, message: error.message } }
      : undefined
  }
  if (kind !== 'ready' || typeof takesCallback !== 'boolean') return undefined
  if ((rule !== undefined && !isRule(rule, 0)) || (trigger !== undefined && !isText(trigger))) return undefined
  return { kind, rule, trigger, takesCallback }
}

function isRule(value: unknown, depth: number): value is RuleDescription {
  if (!isRecord(value) || depth > DEEPEST) return false
  const { name, kind, children, needs, verifies } = value
  return (
    isText(name) &&
    isText(kind) &&
    Array.isArray(children) &&
    children.every((child) => isRule(child, depth + 1)) &&
    (needs === undefined || (Array.isArray(needs) && needs.every(isNeed))) &&
    (verifies === undefined || isTexts(verifies))
  )
}

function isNeed(value: unknown): value is Need {
  return isRecord(value) && isTexts(value.actions) && isText(value.on)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
