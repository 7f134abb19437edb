import type { PlaceOf } from './configuration-files.ts'
import type { Finding, Place } from './finding.ts'

// How CloudFormation's properties are called in the configuration.
const NAMES: Readonly<Record<string, string>> = {
  Timeout: 'timeout',
  MemorySize: 'memorySize',
  Runtime: 'runtime',
  Handler: 'handler',
  Role: 'role',
  Environment: 'environment',
}
// The role that the framework makes for functions that name none.
const OWN_ROLE = 'IamRoleLambdaExecution'

/** Finds the place in a Serverless configuration that the packaged template came of. */
export function createServerlessPlaceFinder(findPlace: PlaceOf): (finding: Finding) => Place | undefined {
  return ({ resource, path }) => {
    const own = findPlace(['resources', 'Resources', resource, ...path], 3)
    if (own !== undefined) return own
    if (resource === OWN_ROLE) return findPlace(['provider', 'iam', 'role', 'statements'], 1)
    const name = listFunctionNames(resource).find((each) => findPlace(['functions', each]) !== undefined)
    if (name === undefined) return undefined
    const [, property = '', , variable] = path
    const key = NAMES[property]
    const inside = key === undefined ? [] : variable === undefined ? [[key]] : [[key, variable], [key]]
    const places = inside.flatMap((steps) => [findPlace(['functions', name, ...steps]), findPlace(['provider', ...steps])])
    return places.find((place) => place !== undefined) ?? findPlace(['functions', name])
  }
}

/** What a function may be called in the configuration, of which the framework makes its logical id. */
function listFunctionNames(resource: string): readonly string[] {
  const [, base] = /^(.+)LambdaFunction$/.exec(resource) ?? []
  if (base === undefined) return []
  return [`${base.charAt(0).toLowerCase()}${base.slice(1)}`, base].flatMap((name) => [
    name,
    name.replaceAll('Dash', '-').replaceAll('Underscore', '_'),
  ])
}
