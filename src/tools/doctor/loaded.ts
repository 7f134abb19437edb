import type { RuleDescription } from '../lib/description.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { type Attached, listAttached, listCalledFromElsewhere } from '../project/attached.ts'
import type { Template } from '../project/template.ts'
import type { Misspelt } from './misspelt-settings.ts'
import type { Fact, SourceFacts } from './source-code/read-facts.ts'

/** One of the two sources of a refresh. Code that looks for it misses the other one. */
export const REFRESH_SOURCE = 'TokenGeneration_RefreshTokens'

/** The facts that doctor could read about a function's code. */
export interface Code {
  /** The composition; undefined if the handler was not made with Lifeguard, or did not load. */
  readonly rule: RuleDescription | undefined
  /** The trigger that the composition is for. */
  readonly trigger: string | undefined
  /** True if the loaded handler has a third parameter; undefined if it did not load. */
  readonly takesCallback: boolean | undefined
  /** The facts of the handler's source; undefined if no source was found. */
  readonly source: SourceFacts | undefined
  /** Does the handler's file contain {@link REFRESH_SOURCE} as a string? Undefined if no file was found. */
  readonly namesRefresh: Fact | undefined
  /** The name of the source for messages: the handler file, relative to the project folder, or `the inline code`. */
  readonly shown: string | undefined
  /** True for the handler of the sweeper. */
  readonly sweeps: boolean
  /** The reason why the composition is unknown; undefined if it is known. */
  readonly problem: string | undefined
  /** The reason why the handler cannot start with the template's settings; undefined if the handler starts, or may start in Lambda. */
  readonly fault: string | undefined
  /** A description of the missing handler file; undefined unless it is certain that the file is missing. */
  readonly missing: string | undefined
  /** Variables of the function's environment that look like misspelt settings. */
  readonly misspelt: readonly Misspelt[]
}

/** The input of all checks: a template, and the code of its functions by logical id. */
export interface Subject {
  readonly template: Template
  readonly codes: ReadonlyMap<string, Code>
  readonly today: Date
}

/** Returns true if a rule does not declare its permissions. A rule that needs no permissions declares an empty list. */
export function hasUndeclaredNeeds({ kind, permissions }: RuleDescription): boolean {
  return kind === 'rule' && permissions === undefined
}

/** A function that a user pool calls, with its code. */
export type AttachedCode = Attached & { readonly code: Code | undefined }

/**
 * Returns the functions that user pools call. If a pool is outside the template, its triggers are unknown. A function that
 * such a pool may invoke is then attached to the trigger that its rules are for.
 */
export function listAttachedCode({ template, codes }: Subject): readonly AttachedCode[] {
  const attached = listAttached(template)
  const elsewhere = [...listCalledFromElsewhere(template)].flatMap((id): readonly Attached[] => {
    const target = template.resources.get(id)
    const trigger = parseTriggerName(codes.get(id)?.trigger ?? '')
    if (target === undefined || trigger === undefined || attached.some((each) => each.target?.id === id)) return []
    const named = `\${${id}.Arn}`
    return [{ trigger, version: undefined, target, named, conditional: false, pool: undefined, resource: id, path: ['Properties'] }]
  })
  return [...attached, ...elsewhere].map((each) => ({ ...each, code: codes.get(each.target?.id ?? '') }))
}
