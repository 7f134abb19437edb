import type { Resource, Template } from './deployment.ts'

export const triggers = ['PreSignUp', 'PreAuthentication', 'PostAuthentication', 'PostConfirmation'] as const
export const functions: readonly [...typeof triggers, 'Sweeper'] = [...triggers, 'Sweeper']
export type TriggerName = (typeof triggers)[number]
export type FunctionName = (typeof functions)[number]

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
  readonly lambda: (name: FunctionName) => Resource
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
