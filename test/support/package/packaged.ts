import { loadContracts } from '../triggers.ts'
import type { Resource, Template } from './deployment.ts'

const deployed = (await loadContracts()).filter(({ optional }) => !optional)

/** The triggers with a function in the default deployment. */
export const triggers: readonly string[] = deployed.map(({ trigger }) => trigger)

/** The deployed triggers that can deny. */
export const refusing: readonly string[] = deployed.flatMap(({ trigger, denials }) => (denials.length > 0 ? [trigger] : []))

/** The folder in src of each function. The keys are the prefixes of the functions' logical ids in CloudFormation. */
export const folders: ReadonlyMap<string, string> = new Map([
  ...deployed.map(({ trigger, folder }) => [trigger, folder] as const),
  ['Sweeper', 'sweeper'],
])

/** The functions, as the prefixes of their logical ids. */
export const functions: readonly string[] = [...folders.keys()]

/** Returns the name of a function in serverless.yml, such as `preSignUp`. */
export function toFunctionName(id: string): string {
  return `${id.charAt(0).toLowerCase()}${id.slice(1)}`
}

/** The templates of the service, packaged once for all tests. Call the functions only inside tests, because `beforeAll` packages. */
export interface Packaged {
  /** Returns the template with default parameters. */
  readonly template: () => Template
  /** Returns the template with welcome emails, and so with the sweeper. */
  readonly sending: () => Template
  /** Returns the template in which pre sign-up does not check the block list. */
  readonly unblocked: () => Template
  /** Returns the template with invitations by code, and with the codes of all refusals. */
  readonly invited: () => Template
  /** Returns the template with AWS X-Ray. */
  readonly tracing: () => Template
  /** Returns the folder in which the service can be packaged again. */
  readonly folder: () => string
}

/** Queries of a packaged template. */
export interface Asked {
  readonly resource: (name: string) => Resource
  readonly lambda: (name: string) => Resource
  readonly ofType: (type: string) => readonly (readonly [string, Resource])[]
}

/** Creates the queries of a template. */
export function asked(template: () => Template): Asked {
  const resource = (name: string): Resource => {
    const found = template().Resources[name]
    if (found === undefined) throw new Error(`The template has no ${name}`)
    return found
  }
  return {
    resource,
    lambda: (name) => resource(`${name}LambdaFunction`),
    ofType: (type) => Object.entries(template().Resources).filter(([, each]) => each.Type === type),
  }
}

/** Formats a reference as `Resource.Attribute`, or returns the text of a substitution. */
export function shown(value: Record<string, unknown>): string {
  const attribute = value['Fn::GetAtt']
  return Array.isArray(attribute) ? attribute.join('.') : String(value['Fn::Sub'] ?? JSON.stringify(value))
}
