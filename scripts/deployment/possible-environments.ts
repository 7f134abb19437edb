import { isObject } from '../../src/shared/is-object.ts'
import type { Holds } from '../../src/tools/doctor/conditions.ts'
import { settled } from '../../src/tools/doctor/conditions.ts'
import { isKnown, symbolic } from '../../src/tools/doctor/symbolic.ts'

/** What a function may find in its environment, once CloudFormation has judged the conditions. */
export interface PossibleEnvironment {
  /** How it judged those that nobody knows before: `where Mails holds`. */
  readonly when: readonly string[]
  /** Texts that are known. What is `AWS::NoValue` is not there. */
  readonly known: Readonly<Record<string, string>>
  /** The names of those that CloudFormation alone knows: references, and values that it looks up. */
  readonly unknown: readonly string[]
}

// Twice as many environments with every condition. Beyond this somebody has made something else than a list of settings.
const MOST_CONDITIONS = 8

/**
 * All environments that the variables of a packaged function can come to.
 *
 * @param variables As the template has them.
 * @param holds What is known of the template's conditions.
 * @throws Error where they depend on too many conditions that are not known.
 * @example
 * possibleEnvironments({ LOG_LEVEL: 'info', BLOCK_TABLE: { Ref: 'Blocks' } }, () => 'unknown')
 * // [{ when: [], known: { LOG_LEVEL: 'info' }, unknown: ['BLOCK_TABLE'] }]
 */
export function possibleEnvironments(variables: unknown, holds: (name: string) => Holds): readonly PossibleEnvironment[] {
  const open = [...undecided(settled(variables, holds))].toSorted()
  if (open.length > MOST_CONDITIONS) throw new Error(`depends on more than ${MOST_CONDITIONS} conditions: ${open.join(', ')}`)
  return Array.from({ length: 2 ** open.length }, (_, bits) => {
    const assumed = new Map(open.map((name, index) => [name, ((bits >> index) & 1) === 1]))
    const when = [...assumed].map(([name, is]) => `where ${name} ${is ? 'holds' : 'does not hold'}`)
    return { when, ...sorted(settled(variables, (name) => assumed.get(name) ?? holds(name))) }
  })
}

/** The conditions of each `Fn::If` that is left. */
function undecided(value: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return found
  if (isObject(value) && Array.isArray(value['Fn::If']) && typeof value['Fn::If'][0] === 'string') found.add(value['Fn::If'][0])
  for (const inner of Object.values(value)) undecided(inner, found)
  return found
}

function sorted(variables: unknown): Pick<PossibleEnvironment, 'known' | 'unknown'> {
  const entries = Object.entries(isObject(variables) ? variables : {}).map(([name, value]): [string, string | undefined] => [
    name,
    textOf(value),
  ])
  return {
    known: Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    unknown: entries.flatMap(([name, text]) => (text === undefined ? [name] : [])),
  }
}

/** A value as the function gets it, or undefined where CloudFormation has still to make it. */
function textOf(value: unknown): string | undefined {
  const text = symbolic(value)
  // A text of its own may hold `${`, which CloudFormation leaves alone outside of `Fn::Sub`.
  const made = typeof value === 'object' && text !== undefined && !isKnown(text)
  return made || text?.includes('{{resolve:') ? undefined : text
}
