import type { Checked } from './check-settings.ts'
import { type Parameters, parameterOf } from './parameters.ts'

/** A function's name with what there is to say of its settings. */
export interface Named extends Checked {
  readonly name: string
}

/**
 * The lines about wrong settings: one for each variable with all functions that would refuse it.
 *
 * @param parameters So that it can be said which of them sets the variable.
 */
export function problemLines(functions: readonly Named[], parameters: Parameters | undefined): readonly string[] {
  return together(functions, ({ problems }) => problems).map(([text, names]) => {
    const [variable = ''] = text.split(' ', 1)
    const parameter = parameterOf(variable, parameters)
    return `${names.join(', ')}: ${text}${parameter === undefined ? '' : `; the parameter ${parameter} sets it`}`
  })
}

/** The lines about what was not checked. */
export function uncheckedLines(functions: readonly Named[]): readonly string[] {
  return together(functions, ({ unchecked }) => unchecked).map(([text, names]) => `${names.join(', ')}: ${text}`)
}

/** What is said of several functions, once. */
function together(
  functions: readonly Named[],
  said: (of: Named) => readonly string[],
): readonly (readonly [text: string, names: readonly string[]])[] {
  const texts = new Set(functions.flatMap(said))
  return [...texts].map((text) => [text, functions.filter((each) => said(each).includes(text)).map(({ name }) => name)])
}

/** The lines about parameters that are given or set, and that nothing reads: misspelt, as a rule. */
export function strangerLines(given: readonly string[], { read, set }: Parameters): readonly string[] {
  const strangers = [...new Set([...given, ...set])].filter((name) => !read.has(name))
  if (strangers.length === 0) return []
  return [...strangers.map((name) => `${name} is no parameter of this service`), `It has ${[...read].toSorted().join(', ')}`]
}
