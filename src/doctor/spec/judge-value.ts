import { isRecord } from '../../replay/handler-log.ts'
import type { Path } from '../yaml-values.ts'
import { nearName } from './near-name.ts'
import type { PropertySpec, Shape, ValueType } from './spec.ts'

/** How many findings about one resource are told. One mistake that is repeated must not hide the others. */
export const MOST_WRONG: number = 20

/** What is wrong with a value, as far as its type tells. */
export interface Wrong {
  readonly kind: 'unknown' | 'type' | 'missing'
  readonly path: Path
  /** What stands there, or should, without any value: one may be a secret. */
  readonly said: string
}

/**
 * Judges the properties of a resource, or of a map inside it. Lazy: who has enough findings stops, and none is looked for.
 */
export function* judgeProperties(value: Readonly<Record<string, unknown>>, shape: Shape, path: Path): Generator<Wrong, void> {
  // A function of CloudFormation, such as Fn::Transform, may stand beside the properties and bring others.
  const known = Object.entries(value).filter(([name]) => !isFunction(name))
  const absent = shape.names.filter((name) => !Object.hasOwn(value, name))
  const meant = new Set<string>()
  for (const [name, inner] of known) {
    const property = shape.property(name)
    if (property !== undefined) {
      yield* judgeValue(inner, property.type, [...path, name])
      continue
    }
    const near = nearName(name, absent)
    if (near !== undefined) meant.add(near)
    const set = shape.attributes.includes(name) ? ' (CloudFormation sets it itself)' : ''
    yield { kind: 'unknown', path: [...path, name], said: near === undefined ? set : ` (did you mean ${near}?)` }
  }
  if (known.length < Object.keys(value).length) return
  for (const name of absent) {
    if (isRequired(shape.property(name)) && !meant.has(name)) yield { kind: 'missing', path, said: name }
  }
}

/** Judges one value. What a function of CloudFormation makes of itself only the deployment knows, and is not wrong. */
export function* judgeValue(value: unknown, type: ValueType, path: Path): Generator<Wrong, void> {
  if (type.kind === 'anything') return
  if (isRecord(value)) {
    const branches = branchesOf(value)
    if (branches !== undefined) {
      for (const [at, each] of branches) yield* judgeValue(each, type, [...path, 'Fn::If', at])
      return
    }
    if (isIntrinsic(value)) return
  }
  if (typeof value === 'string' && value.includes('{{resolve:')) return
  if (type.kind === 'one of') yield* judgeChoice(value, type.types, path)
  else if (!isKind(value, type)) yield { kind: 'type', path, said: `takes ${WORDS[type.kind]}, not ${wordFor(value)}` }
  else if (type.kind === 'list' && Array.isArray(value)) {
    for (const [at, each] of value.entries()) yield* judgeValue(each, type.of, [...path, at])
  } else if (type.kind === 'record' && isRecord(value)) yield* judgeProperties(value, type.shape, path)
  else if (type.kind === 'map' && isRecord(value)) {
    for (const [name, each] of Object.entries(value)) if (!isFunction(name)) yield* judgeValue(each, type.of, [...path, name])
  }
}

/** Of several types the ones of the value's own kind count: a list is judged as a list even where a text may stand there too. */
function* judgeChoice(value: unknown, types: readonly ValueType[], path: Path): Generator<Wrong, void> {
  // Where a map of whatever is right, any map is.
  if (isRecord(value) && types.some(({ kind }) => kind === 'anything')) return
  const fitting = types.filter((type) => type.kind === 'one of' || (type.kind !== 'anything' && isKind(value, type)))
  if (fitting.length === 0) {
    if (types.some(({ kind }) => kind === 'anything')) return
    const words = [...new Set(types.map(({ kind }) => (kind === 'anything' || kind === 'one of' ? 'something else' : WORDS[kind])))]
    yield { kind: 'type', path, said: `takes ${words.join(' or ')}, not ${wordFor(value)}` }
    return
  }
  const all = fitting.map((type) => take(judgeValue(value, type, path), MOST_WRONG))
  // Which of several was meant nobody knows.
  if (all.length === 1 || all.every((each) => each.length > 0)) yield* shortest(all)
}

/** The first values, that many at most. */
export function take<V>(values: Iterable<V>, most: number): readonly V[] {
  const taken: V[] = []
  for (const value of values) {
    if (taken.length === most) break
    taken.push(value)
  }
  return taken
}

function shortest(all: readonly (readonly Wrong[])[]): readonly Wrong[] {
  return all.toSorted((left, right) => left.length - right.length)[0] ?? []
}

const WORDS = { text: 'a text', number: 'a number', boolean: 'true or false', list: 'a list', map: 'a map', record: 'a map' } as const

function wordFor(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return WORDS.list
  if (typeof value === 'object') return WORDS.map
  return typeof value === 'string' ? WORDS.text : typeof value === 'number' ? WORDS.number : WORDS.boolean
}

/** CloudFormation makes texts of numbers and numbers of texts, and reads YAML's older words for true and false. */
function isKind(value: unknown, { kind }: Exclude<ValueType, { readonly kind: 'one of' | 'anything' }>): boolean {
  if (kind === 'list') return Array.isArray(value)
  if (kind === 'map' || kind === 'record') return isRecord(value)
  if (typeof value === 'boolean') return kind !== 'number'
  if (typeof value === 'number') return kind !== 'boolean' || value === 0 || value === 1
  if (typeof value !== 'string') return false
  return kind === 'text' || (kind === 'number' ? isNumeric(value) : /^(?:true|false|yes|no|on|off|[yn01])$/i.test(value))
}

function isNumeric(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text.replaceAll('_', '')))
}

function isRequired(property: PropertySpec | undefined): boolean {
  return property?.required ?? false
}

function isFunction(name: string): boolean {
  return name.startsWith('Fn::')
}

function isIntrinsic(value: Readonly<Record<string, unknown>>): boolean {
  const [name, more] = Object.keys(value)
  return name !== undefined && more === undefined && (name === 'Ref' || name === 'Condition' || isFunction(name))
}

/** Both ways of an Fn::If that the deployment decides; one that leaves the property out is not among them any more. */
function branchesOf(value: Readonly<Record<string, unknown>>): readonly (readonly [number, unknown])[] | undefined {
  const choice = value['Fn::If']
  if (!isIntrinsic(value) || !Array.isArray(choice)) return undefined
  return choice.flatMap((each: unknown, at): readonly (readonly [number, unknown])[] => (at === 0 ? [] : [[at, each]]))
}
