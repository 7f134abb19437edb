import { isObject } from '../../shared/rules/invocation.ts'
import { parseGetAtt, replacePlaceholders } from '../project/symbolic.ts'
import type { Resource, Template } from '../project/template.ts'
import type { Path } from '../project/yaml-values.ts'

/** A dependency: CloudFormation creates `from` after `to`. */
export interface Reference {
  readonly from: string
  readonly to: string
  /** The path of the reference inside `from`. */
  readonly path: Path
}

/** Returns the resources that a resource refers to. Lists each resource once, with the path of the first reference. */
function listReferences(template: Template, { id, properties, dependsOn }: Resource): readonly Reference[] {
  const found = new Map<string, Reference>()
  const add = (to: string, path: Path): void => {
    if (template.resources.has(to) && !found.has(to)) found.set(to, { from: id, to, path })
  }
  const walk = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index])
    if (!isObject(value)) return
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key]
      if (key === 'Ref' && typeof inner === 'string') add(inner, path)
      else if (key === 'Fn::GetAtt') add(parseGetAtt(inner)?.[0] ?? '', path)
      else if (key === 'Fn::Sub') addSubstitution(inner, path)
      else walk(inner, here)
    }
  }
  const addSubstitution = (argument: unknown, path: Path): void => {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}]
    if (typeof text !== 'string') return
    replacePlaceholders(text, (name) => {
      if (!name.startsWith('!') && (!isObject(values) || !Object.hasOwn(values, name))) add(name.split('.')[0] ?? '', path)
      return ''
    })
    walk(values, path)
  }
  walk(properties, ['Properties'])
  for (const to of dependsOn) add(to, ['DependsOn'])
  return [...found.values()]
}

/**
 * Returns the shortest dependency cycle through each resource. Resources without a cycle are left out.
 *
 * @param ids The logical ids of the resources.
 */
export function findCycles(template: Template, ids: readonly string[]): readonly (readonly Reference[])[] {
  const references = new Map([...template.resources.values()].map((resource) => [resource.id, listReferences(template, resource)]))
  return ids.flatMap((id) => {
    const cycle = findCycle(references, id)
    return cycle === undefined ? [] : [cycle]
  })
}

function findCycle(references: ReadonlyMap<string, readonly Reference[]>, id: string): readonly Reference[] | undefined {
  const ways = new Map<string, readonly Reference[]>([[id, []]])
  // A breadth-first search: the loop body adds entries to the map, and the loop visits them too.
  for (const [at, way] of ways) {
    for (const reference of references.get(at) ?? []) {
      if (reference.to === id) return [...way, reference]
      if (!ways.has(reference.to)) ways.set(reference.to, [...way, reference])
    }
  }
  return undefined
}
