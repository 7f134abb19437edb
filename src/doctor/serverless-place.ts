import { isRecord } from '../replay/handler-log.ts'
import type { Finding } from './finding.ts'
import type { Path, Read } from './yaml-values.ts'

// How CloudFormation's properties are called in the configuration.
const NAMES: Readonly<Record<string, string>> = {
  Timeout: 'timeout',
  MemorySize: 'memorySize',
  Runtime: 'runtime',
  Handler: 'handler',
  Role: 'role',
  Environment: 'environment',
}

/** Finds the lines of a Serverless configuration that the packaged template came of. */
export function serverlessLine({ value, line }: Read): (finding: Finding) => number | undefined {
  const config = isRecord(value) ? value : {}
  const resources = isRecord(config.resources) ? config.resources.Resources : undefined
  const functions = isRecord(config.functions) ? config.functions : {}
  return ({ resource, path }) => {
    if (isRecord(resources) && Object.hasOwn(resources, resource)) return line(['resources', 'Resources', resource, ...path])
    const name = Object.keys(functions).find((each) => `${each.charAt(0).toUpperCase()}${each.slice(1)}LambdaFunction` === resource)
    if (name === undefined) return undefined
    const [, property = '', , variable] = path
    const own = functions[name]
    const key = NAMES[property]
    if (key === undefined || (isRecord(own) && Object.hasOwn(own, key))) return line(['functions', name, ...inside(key, variable)])
    return isRecord(config.provider) && Object.hasOwn(config.provider, key) ? line(['provider', key]) : line(['functions', name])
  }
}

function inside(key: string | undefined, variable: string | number | undefined): Path {
  return [key, variable].filter((step) => step !== undefined)
}
