import type { RuleDescription } from '../lib/description.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import type { Template } from './template.ts'
import { type Attached, listAttached, listCalledFromElsewhere } from './triggers.ts'

/** A function's code, as far as doctor could read it. */
export interface Code {
  /** The composition; undefined if the handler was not made with Lifeguard, or did not load. */
  readonly rule: RuleDescription | undefined
  /** The trigger that the composition is for. */
  readonly trigger: string | undefined
  /** True if the handler has a third parameter; undefined if it did not load and its text does not show that. */
  readonly takesCallback: boolean | undefined
  /** The text of the handler file, which may be a bundle; undefined if no file was found. */
  readonly text: string | undefined
  /** The reason why the composition is unknown; undefined if it is known. */
  readonly problem: string | undefined
  /** The reason why the handler cannot start with the template's settings; undefined if it starts, or if that is uncertain. */
  readonly fault: string | undefined
}

/** The input of all checks: a template, and the code of its functions by logical id. */
export interface Subject {
  readonly template: Template
  readonly codes: ReadonlyMap<string, Code>
  readonly today: Date
}

/** Returns true if the code is the sweeper's. Only its handler has this property; other functions may use its metric names. */
export function isSweeper(text: string): boolean {
  return /\bsweepsEffectsOf\b/.test(text)
}

/** Returns true if a rule does not declare its permissions. A rule that needs none declares an empty list. */
export function hasUndeclaredNeeds({ kind, permissions }: RuleDescription): boolean {
  return kind === 'rule' && permissions === undefined
}

/** A function that a user pool calls, with its code. */
export type AttachedCode = Attached & { readonly code: Code | undefined }

/**
 * Returns the functions that user pools call. The template does not show the triggers of a pool outside it. A function
 * that such a pool may invoke is treated as called for the trigger that its rules are for.
 */
export function listAttachedCode({ template, codes }: Subject): readonly AttachedCode[] {
  const attached = listAttached(template)
  const elsewhere = [...listCalledFromElsewhere(template)].flatMap((id): readonly Attached[] => {
    const target = template.resources.get(id)
    const trigger = parseTriggerName(codes.get(id)?.trigger ?? '')
    if (target === undefined || trigger === undefined || attached.some((each) => each.target?.id === id)) return []
    const named = `\${${id}.Arn}`
    return [{ trigger, version: undefined, target, named, pool: undefined, resource: id, path: ['Properties'] }]
  })
  return [...attached, ...elsewhere].map((each) => ({ ...each, code: codes.get(each.target?.id ?? '') }))
}
