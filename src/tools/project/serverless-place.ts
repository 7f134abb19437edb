import type { Place, PlaceOf } from './configuration-files.ts'
import type { ResourcePath } from './template.ts'

// Maps the properties of a CloudFormation function to their names in serverless.yml.
const NAMES: Readonly<Record<string, string>> = {
  Timeout: 'timeout',
  MemorySize: 'memorySize',
  Runtime: 'runtime',
  Handler: 'handler',
  Role: 'role',
  Environment: 'environment',
}
// The logical id of the role that the Serverless Framework generates for functions without `role`.
const OWN_ROLE = 'IamRoleLambdaExecution'

/** Creates a function that finds the place of a resource's property in the Serverless configuration. */
export function createServerlessPlaceFinder(findPlace: PlaceOf): (property: ResourcePath) => Place | undefined {
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

/** Returns the function names from which the Serverless Framework could have generated a logical id. */
function listFunctionNames(resource: string): readonly string[] {
  const [, base] = /^(.+)LambdaFunction$/.exec(resource) ?? []
  if (base === undefined) return []
  return [`${base.charAt(0).toLowerCase()}${base.slice(1)}`, base].flatMap((name) => [
    name,
    name.replaceAll('Dash', '-').replaceAll('Underscore', '_'),
  ])
}
