import type { RuleDescription } from '../lib/description.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import type { Template } from './template.ts'
import { type Attached, listAttached, listCalledFromElsewhere } from './triggers.ts'

/** What could be read of a function's code. */
export interface Code {
  /** Its composition; undefined where it was not made with Lifeguard, or could not be loaded. */
  readonly rule: RuleDescription | undefined
  /** The trigger that the composition is for. */
  readonly trigger: string | undefined
  /** undefined where it could not be loaded and its text does not say. */
  readonly takesCallback: boolean | undefined
  /** Its text, the bundle's where it is one; undefined where none was found. */
  readonly text: string | undefined
  /** Why its composition is not known; undefined where it was loaded. */
  readonly problem: string | undefined
  /** Why it starts nowhere with what the template gives it; undefined where it does, or nobody knows. */
  readonly fault: string | undefined
}

/** A template with the code of its functions, by logical id. */
export interface Subject {
  readonly template: Template
  readonly codes: ReadonlyMap<string, Code>
  readonly today: Date
}

/** Whether a function is the sweeper, by the name under which its handler carries its composition: its metrics others name as well. */
export function isSweeper(text: string): boolean {
  return /\bsweepsEffectsOf\b/.test(text)
}

/** Whether a rule may need something without saying so. One that needs nothing says so with an empty list. */
export function hasUndeclaredNeeds({ kind, permissions }: RuleDescription): boolean {
  return kind === 'rule' && permissions === undefined
}

/** A function that a user pool calls, with what is known of its code. */
export type AttachedCode = Attached & { readonly code: Code | undefined }

/**
 * The functions that user pools call. Of pools that live elsewhere the template tells no trigger; a function that they may
 * invoke is taken to be called as what its rules are for.
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
