import { isObject } from '../../shared/rules/invocation.ts'
import { isKnown, toSymbolic } from './symbolic.ts'

/** A condition's value before the deployment; 'unknown' if it depends on a parameter or import. */
export type Holds = boolean | 'unknown'

// Real conditions have a few levels of references. A condition with more levels is treated as unknown, which causes no finding.
const DEEPEST = 500

/** Creates a function that evaluates a template's conditions by name. */
export function createConditionReader(declared: unknown, mappings?: unknown): (name: string) => Holds {
  const all = isObject(declared) ? declared : {}
  const resolve = (value: unknown): unknown => resolveValue(value, { holds: () => 'unknown', mappings })
  const judged = new Map<string, Holds>()
  const judge = (value: unknown, depth: number): Holds => {
    if (!isObject(value) || depth > DEEPEST) return 'unknown'
    const [name, argument] = Object.entries(value)[0] ?? []
    if (name === 'Condition' && typeof argument === 'string') return judgeByName(argument, depth + 1)
    if (!Array.isArray(argument)) return 'unknown'
    if (name === 'Fn::Equals') return compareValues(resolve(argument[0]), resolve(argument[1]))
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

/** The sections of a template that its values refer to. */
export interface Lookups {
  readonly holds: (name: string) => Holds
  /** The section Mappings. */
  readonly mappings: unknown
}

/**
 * Replaces each `Fn::If` whose condition is known by the chosen branch, and removes `AWS::NoValue`. Any other `Fn::If` stays,
 * and callers treat it as unknown. Also replaces `Fn::FindInMap`, `Fn::Select` and `Fn::Split` whose arguments are known.
 */
export function resolveValue(value: unknown, lookups: Lookups): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, lookups)).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (value.Ref === NO_VALUE) return undefined
  const choice = value['Fn::If']
  if (Array.isArray(choice) && typeof choice[0] === 'string') {
    const decided = lookups.holds(choice[0])
    if (decided !== 'unknown') return resolveValue(choice[decided ? 1 : 2], lookups)
    return { 'Fn::If': [choice[0], ...choice.slice(1).map((branch) => resolveValue(branch, lookups) ?? { Ref: NO_VALUE })] }
  }
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, resolveValue(inner, lookups)])
  const resolved = Object.fromEntries(entries.filter(([, inner]) => inner !== undefined))
  return entries.length === 1 ? (lookUp(resolved, lookups.mappings) ?? resolved) : resolved
}

const NO_VALUE = 'AWS::NoValue'

/** Returns the value of a function whose arguments are known; undefined for any other value. */
function lookUp(value: Record<string, unknown>, mappings: unknown): unknown {
  const { 'Fn::FindInMap': path, 'Fn::Select': selected, 'Fn::Split': split } = value
  if (Array.isArray(path))
    return path.reduce((at: unknown, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), mappings)
  if (Array.isArray(selected) && Array.isArray(selected[1])) {
    // An undecided item may be absent at deployment, which moves the items after it.
    return selected[1].some((item) => isObject(item) && 'Fn::If' in item) ? undefined : selected[1][Number(selected[0])]
  }
  const [separator, text] = Array.isArray(split) ? split : []
  if (typeof separator !== 'string' || separator === '') return undefined
  const known = toSymbolic(text)
  return known !== undefined && isKnown(known) ? known.split(separator) : undefined
}

// The maximum number of branches. YAML aliases could otherwise give an expression an exponential number of branches.
const MOST_BRANCHES = 64

/** A value that an expression may have at the deployment. */
export interface Branch {
  /** Undefined if the property is absent in this branch. */
  readonly value: unknown
  /** True if the deployment decides if the expression has this value. */
  readonly conditional: boolean
}

/** Returns the values that a property may have: the branches of an `Fn::If` whose condition is unknown, otherwise the value itself. */
export function listBranches(value: unknown): readonly Branch[] {
  const found: Branch[] = []
  const pending: Branch[] = [{ value, conditional: false }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const choice = isObject(next.value) ? next.value['Fn::If'] : undefined
    if (Array.isArray(choice) && choice.length === 3)
      pending.push(...[choice[2], choice[1]].map((each) => ({ value: each, conditional: true })))
    else found.push(isObject(next.value) && next.value.Ref === NO_VALUE ? { value: undefined, conditional: true } : next)
    if (found.length + pending.length > MOST_BRANCHES) return [{ value, conditional: false }]
  }
  return found
}

/** Returns true if a function of CloudFormation, such as `Fn::Transform`, gives an object's keys at deployment. */
export function hasIntrinsic(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'))
}
