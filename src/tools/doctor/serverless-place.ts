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
export function serverlessPlace(placeOf: PlaceOf): (finding: Finding) => Place | undefined {
  return ({ resource, path }) => {
    const own = placeOf(['resources', 'Resources', resource, ...path], 3)
    if (own !== undefined) return own
    if (resource === OWN_ROLE) return placeOf(['provider', 'iam', 'role', 'statements'], 1)
    const name = namesOf(resource).find((each) => placeOf(['functions', each]) !== undefined)
    if (name === undefined) return undefined
    const [, property = '', , variable] = path
    const key = NAMES[property]
    const inside = key === undefined ? [] : variable === undefined ? [[key]] : [[key, variable], [key]]
    const places = inside.flatMap((steps) => [placeOf(['functions', name, ...steps]), placeOf(['provider', ...steps])])
    return places.find((place) => place !== undefined) ?? placeOf(['functions', name])
  }
}

/** What a function may be called in the configuration, of which the framework makes its logical id. */
function namesOf(resource: string): readonly string[] {
  const [, base] = /^(.+)LambdaFunction$/.exec(resource) ?? []
  if (base === undefined) return []
  return [`${base.charAt(0).toLowerCase()}${base.slice(1)}`, base].flatMap((name) => [
    name,
    name.replaceAll('Dash', '-').replaceAll('Underscore', '_'),
  ])
}
