import { isRecord } from '../replay/handler-log.ts'
import { attributeOf } from './symbolic.ts'
import type { Resource, Template } from './template.ts'
import type { Path } from './yaml-values.ts'

/** That one resource is made after another. */
export interface Reference {
  readonly from: string
  readonly to: string
  /** Inside the resource that refers. */
  readonly path: Path
}

/** What a resource refers to in its template. */
export function referencesOf(template: Template, { id, properties, dependsOn }: Resource): readonly Reference[] {
  const found: Reference[] = []
  const add = (to: string, path: Path): void => {
    if (template.resources.has(to)) found.push({ from: id, to, path })
  }
  const walk = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index])
    if (!isRecord(value)) return
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key]
      if (key === 'Ref' && typeof inner === 'string') add(inner, path)
      else if (key === 'Fn::GetAtt') add(attributeOf(inner)?.[0] ?? '', path)
      else if (key === 'Fn::Sub') inSubstitution(inner, path)
      else walk(inner, here)
    }
  }
  const inSubstitution = (argument: unknown, path: Path): void => {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}]
    if (typeof text !== 'string') return
    for (const [, name = ''] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) {
      if (!isRecord(values) || !Object.hasOwn(values, name)) add(name.split('.')[0] ?? '', path)
    }
    walk(values, path)
  }
  walk(properties, ['Properties'])
  for (const to of dependsOn) add(to, ['DependsOn'])
  return found
}

/**
 * The shortest way around through a resource, back to itself.
 *
 * @returns undefined where there is none.
 */
export function cycleThrough(template: Template, id: string): readonly Reference[] | undefined {
  const ways = new Map<string, readonly Reference[]>([[id, []]])
  const queue = [id]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const resource = template.resources.get(at)
    const way = ways.get(at)
    if (resource === undefined || way === undefined) continue
    for (const reference of referencesOf(template, resource)) {
      if (reference.to === id) return [...way, reference]
      if (ways.has(reference.to)) continue
      ways.set(reference.to, [...way, reference])
      queue.push(reference.to)
    }
  }
  return undefined
}
