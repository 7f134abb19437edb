import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isObject } from '../../src/shared/is-object.ts'
import { conditionsOf } from '../../src/tools/doctor/conditions.ts'
import { type PossibleEnvironment, possibleEnvironments } from './possible-environments.ts'

/** A function as it would be deployed. */
export interface PackagedFunction {
  /** As `serverless.yml` calls it. */
  readonly name: string
  /** Its module and export: `dist/pre-signup/handler.handler`. */
  readonly handler: string
  readonly environments: readonly PossibleEnvironment[]
  /** Where its zip lies. */
  readonly archive: string
}

/**
 * Reads the functions of a packaged service.
 *
 * @param folder What `osls package` has written, `.serverless` by default.
 * @throws Error when there is no template in it, or a function's environment depends on too much.
 */
export async function readPackaged(folder: string): Promise<readonly PackagedFunction[]> {
  const template: unknown = JSON.parse(await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'))
  const { Resources, Conditions } = isObject(template) ? template : {}
  const holds = conditionsOf(Conditions)
  return Object.entries(isObject(Resources) ? Resources : {}).flatMap(([id, resource]) => {
    if (!isObject(resource) || resource.Type !== 'AWS::Lambda::Function' || !isObject(resource.Properties)) return []
    const { Handler, Environment, Code } = resource.Properties
    const name = nameOf(id)
    const key = isObject(Code) && typeof Code.S3Key === 'string' ? Code.S3Key : `${name}.zip`
    const variables = isObject(Environment) ? Environment.Variables : {}
    try {
      const environments = possibleEnvironments(variables, holds)
      return [{ name, handler: String(Handler), environments, archive: join(folder, basename(key)) }]
    } catch (cause) {
      throw new Error(`The environment of ${name} ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  })
}

/** The framework writes the first letter large, and puts this behind. */
function nameOf(id: string): string {
  const name = id.replace(/LambdaFunction$/, '')
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`
}
