import { loadContracts, triggerOfFolder } from '../triggers.ts'
import type { Resource, Template } from './deployment.ts'

const deployed = (await loadContracts()).map(({ folder, denials }) => ({ folder, denials, trigger: triggerOfFolder(folder) }))

/** The triggers that have a function in the deployment. */
export const triggers: readonly string[] = deployed.map(({ trigger }) => trigger)

/** Those that can deny. */
export const refusing: readonly string[] = deployed.flatMap(({ trigger, denials }) => (denials.length > 0 ? [trigger] : []))

/** The folder in src of each function, by the start of its logical ids. */
export const folders: ReadonlyMap<string, string> = new Map([
  ...deployed.map(({ trigger, folder }) => [trigger, folder] as const),
  ['Sweeper', 'sweeper'],
])

/** The functions, by the start of their logical ids. */
export const functions: readonly string[] = [...folders.keys()]

/** Returns the name of a function in serverless.yml: `preSignUp`. */
export function toFunctionName(id: string): string {
  return `${id.charAt(0).toLowerCase()}${id.slice(1)}`
}

/** The service, packaged once for all that is asserted of it. The functions are to be called inside tests. */
export interface Packaged {
  /** With the parameters as they are. */
  readonly template: () => Template
  /** With a sender of welcome mails, who makes good what was left undone. */
  readonly sending: () => Template
  /** With a look-up of blocks at sign-up. */
  readonly blocking: () => Template
  /** With AWS X-Ray. */
  readonly tracing: () => Template
  /** Where it can be packaged again. */
  readonly folder: () => string
}

/** What is asked of a packaged template. */
export interface Asked {
  readonly resource: (name: string) => Resource
  readonly lambda: (name: string) => Resource
  readonly ofType: (type: string) => readonly (readonly [string, Resource])[]
}

/** Makes a template easy to ask. */
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

/** A reference as `Resource.Attribute`, or the text of a substitution. */
export function shown(value: Record<string, unknown>): string {
  const attribute = value['Fn::GetAtt']
  return Array.isArray(attribute) ? attribute.join('.') : String(value['Fn::Sub'] ?? JSON.stringify(value))
}
