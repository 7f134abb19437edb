import type { Template } from './deployment.ts'

/** Returns the names of resources to which a part of a template refers. */
export function references(value: unknown): readonly string[] {
  if (typeof value === 'string') return []
  if (Array.isArray(value)) return value.flatMap(references)
  return Object.entries(Object(value)).flatMap(([key, inner]) => {
    if (key === 'Ref' || key === 'DependsOn') return [inner].flat().map(String)
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).replace(/\..*/, '')]
    if (key === 'Fn::Sub' && typeof inner === 'string')
      return [...inner.matchAll(/\$\{([^}!]+)\}/g)].map(([, name = '']) => name.replace(/\.(?!.*::).*/, ''))
    return references(inner)
  })
}

/** Returns the resources of dependency cycles and all resources that depend on them. Returns an empty list without a cycle. */
export function circle({ Resources }: Template): readonly string[] {
  const needs = new Map(Object.entries(Resources).map(([name, each]) => [name, references(each)]))
  const done = new Set<string>()
  for (;;) {
    const left = [...needs].filter(([name]) => !done.has(name))
    const ready = left.filter(([, needed]) => needed.every((each) => done.has(each) || !needs.has(each)))
    if (ready.length === 0) return left.map(([name]) => name)
    for (const [name] of ready) done.add(name)
  }
}
