import { isObject } from '../../shared/rules/invocation.ts'
import { isKnown, toSymbolic } from './symbolic.ts'

/** A condition's value before the deployment; 'unknown' if it depends on a parameter or import. */
export type Holds = boolean | 'unknown'

// Real conditions have a few levels of references. A condition with more levels is treated as unknown, which causes no finding.
const DEEPEST = 500

/** Creates a function that evaluates a template's conditions by name. */
export function createConditionReader(declared: unknown): (name: string) => Holds {
  const all = isObject(declared) ? declared : {}
  const judged = new Map<string, Holds>()
  const judge = (value: unknown, depth: number): Holds => {
    if (!isObject(value) || depth > DEEPEST) return 'unknown'
    const [name, argument] = Object.entries(value)[0] ?? []
    if (name === 'Condition' && typeof argument === 'string') return judgeByName(argument, depth + 1)
    if (!Array.isArray(argument)) return 'unknown'
    if (name === 'Fn::Equals') return compareValues(argument[0], argument[1])
    const parts = argument.map((part) => judge(part, depth + 1))
    if (name === 'Fn::Not') return parts[0] === undefined || parts[0] === 'unknown' ? 'unknown' : !parts[0]
    if (name === 'Fn::And') return parts.includes(false) ? false : parts.includes('unknown') ? 'unknown' : true
    if (name === 'Fn::Or') return parts.includes(true) ? true : parts.includes('unknown') ? 'unknown' : false
    return 'unknown'
  }
  const judgeByName = (name: string, depth: number): Holds => {
    const known = judged.get(name)
    if (known !== undefined) return known
    // If a condition refers to itself, even through others, that reference is unknown, so the recursion ends.
    judged.set(name, 'unknown')
    const holds = Object.hasOwn(all, name) ? judge(all[name], depth) : 'unknown'
    judged.set(name, holds)
    return holds
  }
  return (name) => judgeByName(name, 0)
}

function compareValues(left: unknown, right: unknown): Holds {
  const [a = '', b = ''] = [toSymbolic(left), toSymbolic(right)]
  if (a === b) return true
  return isKnown(a) && isKnown(b) ? false : 'unknown'
}

/**
 * Replaces each `Fn::If` whose condition is known by the chosen branch, and removes `AWS::NoValue`. Any other `Fn::If` stays,
 * and callers treat it as unknown.
 */
export function resolveConditions(value: unknown, holds: (name: string) => Holds): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveConditions(item, holds)).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (value.Ref === 'AWS::NoValue') return undefined
  const choice = value['Fn::If']
  if (Array.isArray(choice) && typeof choice[0] === 'string') {
    const decided = holds(choice[0])
    if (decided !== 'unknown') return resolveConditions(choice[decided ? 1 : 2], holds)
  }
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, resolveConditions(inner, holds)])
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined))
}
