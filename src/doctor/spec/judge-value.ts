import { isRecord } from '../../replay/handler-log.ts'
import type { Path } from '../yaml-values.ts'
import { nearName } from './near-name.ts'
import type { PropertySpec, Shape, ValueType } from './spec.ts'

/** What is wrong with a value, as far as its type tells. */
export interface Wrong {
  readonly kind: 'unknown' | 'type' | 'missing'
  readonly path: Path
  /** What stands there, or should, without any value: one may be a secret. */
  readonly said: string
}

/** Judges the properties of a resource, or of a map inside it. */
export function judgeProperties(value: Readonly<Record<string, unknown>>, shape: Shape, path: Path): readonly Wrong[] {
  // A function of CloudFormation, such as Fn::Transform, may stand beside the properties and bring others.
  const known = Object.entries(value).filter(([name]) => !isFunction(name))
  const absent = shape.names.filter((name) => !Object.hasOwn(value, name))
  const meant = new Set<string>()
  const wrong = known.flatMap(([name, inner]): readonly Wrong[] => {
    const property = shape.property(name)
    if (property !== undefined) return judgeValue(inner, property.type, [...path, name])
    const near = nearName(name, absent)
    if (near !== undefined) meant.add(near)
    const set = shape.attributes.includes(name) ? ' (CloudFormation sets it itself)' : ''
    return [{ kind: 'unknown', path: [...path, name], said: near === undefined ? set : ` (did you mean ${near}?)` }]
  })
  if (known.length < Object.keys(value).length) return wrong
  const missing = absent.filter((name) => isRequired(shape.property(name)) && !meant.has(name))
  return [...wrong, ...missing.map((name): Wrong => ({ kind: 'missing', path, said: name }))]
}

/** Judges one value. What a function of CloudFormation makes of itself only the deployment knows, and is not wrong. */
export function judgeValue(value: unknown, type: ValueType, path: Path): readonly Wrong[] {
  if (type.kind === 'anything') return []
  if (isRecord(value)) {
    const branches = branchesOf(value)
    if (branches !== undefined) return branches.flatMap(([at, each]) => judgeValue(each, type, [...path, 'Fn::If', at]))
    if (isIntrinsic(value)) return []
  }
  if (typeof value === 'string' && value.includes('{{resolve:')) return []
  if (type.kind === 'one of') return judgeChoice(value, type.types, path)
  if (!isKind(value, type)) return [{ kind: 'type', path, said: `takes ${WORDS[type.kind]}, not ${wordFor(value)}` }]
  if (type.kind === 'list' && Array.isArray(value)) return value.flatMap((each, at) => judgeValue(each, type.of, [...path, at]))
  if (type.kind === 'record' && isRecord(value)) return judgeProperties(value, type.shape, path)
  if (type.kind === 'map' && isRecord(value)) {
    return Object.entries(value).flatMap(([name, each]) => (isFunction(name) ? [] : judgeValue(each, type.of, [...path, name])))
  }
  return []
}

/** Of several types the ones of the value's own kind count: a list is judged as a list even where a text may stand there too. */
function judgeChoice(value: unknown, types: readonly ValueType[], path: Path): readonly Wrong[] {
  // Where a map of whatever is right, any map is.
  if (isRecord(value) && types.some(({ kind }) => kind === 'anything')) return []
  const fitting = types.filter((type) => type.kind === 'one of' || (type.kind !== 'anything' && isKind(value, type)))
  if (fitting.length === 0) {
    if (types.some(({ kind }) => kind === 'anything')) return []
    const words = [...new Set(types.map(({ kind }) => (kind === 'anything' || kind === 'one of' ? 'something else' : WORDS[kind])))]
    return [{ kind: 'type', path, said: `takes ${words.join(' or ')}, not ${wordFor(value)}` }]
  }
  const all = fitting.map((type) => judgeValue(value, type, path))
  // Which of several was meant nobody knows.
  return all.length === 1 ? (all[0] ?? []) : all.some((each) => each.length === 0) ? [] : shortest(all)
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
