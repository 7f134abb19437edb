import { isObject } from '../../shared/rules/invocation.ts'
import { parseReference, toSymbolic } from './symbolic.ts'
import { findResources, type Resource, type Template } from './template.ts'
import type { Path } from './yaml-values.ts'

/** An action that a role allows. */
export interface Right {
  /** As it is written: `dynamodb:*` too. */
  readonly action: string
  /** As symbolic texts. */
  readonly on: readonly string[]
  readonly resource: string
  readonly path: Path
  /** Whether it is there under a condition that only the deployment decides. */
  readonly conditional: boolean
}

/** What a function may do. */
export interface Rights {
  /** The role's logical id; undefined where the template does not hold it. */
  readonly role: string | undefined
  readonly rights: readonly Right[]
  /** Whether these are all: not so where a policy lives elsewhere or is left to the deployment. */
  readonly complete: boolean
}

// What these allow concerns logs, traces and network interfaces.
const HARMLESS =
  /policy\/(?:service-role\/)?(?:AWSLambdaBasicExecutionRole|AWSXRayDaemonWriteAccess|AWSXrayWriteOnlyAccess|AWSLambdaVPCAccessExecutionRole|CloudWatchLambdaInsightsExecutionRolePolicy)$/

// IAM takes some thousand characters in the policies of a role.
const MOST_RIGHTS = 2000

/** Reads what the roles of functions allow. Each role is read once, whatever number of functions has it. */
export function createRightsReader(template: Template): (lambda: Resource) => Rights {
  const read = new Map<string, Rights>()
  return (lambda) => {
    const id = parseReference(toSymbolic(lambda.properties.Role) ?? '')?.id
    const role = id === undefined ? undefined : template.resources.get(id)
    if (role === undefined || role.type !== 'AWS::IAM::Role') return { role: undefined, rights: [], complete: false }
    const rights = read.get(role.id) ?? collectRights(template, role)
    read.set(role.id, rights)
    return rights
  }
}

function collectRights(template: Template, role: Resource): Rights {
  const inline = readPolicies(role)
  const beside = findResources(template, 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy').filter((policy) =>
    isFor(policy, role, template),
  )
  const parts = [
    ...inline.parts,
    ...beside.map((policy) => readStatements(policy, policy.properties.PolicyDocument, ['Properties', 'PolicyDocument'])),
  ]
  const managed = toList(role.properties.ManagedPolicyArns)
  const known = managed?.every((arn) => isHarmless(arn) || isHeld(template, arn)) ?? false
  const rights = parts.flatMap((part) => part.rights)
  const resources = [...new Set(rights.map(({ on }) => on))]
  const size = resources.reduce((sum, on) => sum + on.length, rights.length)
  if (size > MOST_RIGHTS) return { role: role.id, rights: [], complete: false }
  return {
    role: role.id,
    rights,
    complete: known && inline.complete && parts.every(({ complete }) => complete),
  }
}

interface Part {
  readonly rights: readonly Right[]
  readonly complete: boolean
}

function readPolicies(role: Resource): { readonly parts: readonly Part[]; readonly complete: boolean } {
  const policies = toList(role.properties.Policies)
  const parts = (policies ?? []).map((policy, index) =>
    readStatements(role, isObject(policy) ? policy.PolicyDocument : undefined, ['Properties', 'Policies', index, 'PolicyDocument']),
  )
  return { parts, complete: policies !== undefined }
}

/** Nothing is an empty list; undefined where it is no list before the deployment. */
function toList(value: unknown): readonly unknown[] | undefined {
  return value === undefined ? [] : Array.isArray(value) ? value : undefined
}

function isHarmless(arn: unknown): boolean {
  const text = toSymbolic(arn) ?? ''
  return HARMLESS.test(text) || HARMLESS.test(`policy/${text}`)
}

function isHeld(template: Template, arn: unknown): boolean {
  return template.resources.get(parseReference(toSymbolic(arn) ?? '')?.id ?? '')?.type === 'AWS::IAM::ManagedPolicy'
}

function isFor(policy: Resource, role: Resource, { resources }: Template): boolean {
  const { Roles, RoleName } = policy.properties
  const names = [toSymbolic(role.properties.RoleName), `\${${role.id}}`]
  const named = [...(toList(Roles) ?? []), RoleName].some((each) => each !== undefined && names.includes(toSymbolic(each)))
  const attached = (toList(role.properties.ManagedPolicyArns) ?? []).some((arn) => parseReference(toSymbolic(arn) ?? '')?.id === policy.id)
  return resources.has(policy.id) && (named || attached)
}

function readStatements(holder: Resource, document: unknown, path: Path): Part {
  const declared = isObject(document) ? document.Statement : undefined
  const statements: readonly unknown[] = Array.isArray(declared) ? declared : [declared]
  const parts = statements.map((statement, index): Part => {
    if (!isObject(statement) || !('Effect' in statement)) return { rights: [], complete: false }
    // What is denied takes rights away that this does not weigh: too few could be told as missing, never the other way.
    if (statement.Effect !== 'Allow') return { rights: [], complete: true }
    const { Action, Resource: on } = statement
    const actions: readonly unknown[] = [Action].flat()
    if (Action === undefined || on === undefined || actions.some((action) => typeof action !== 'string'))
      return { rights: [], complete: false }
    const texts = [on].flat().map((each) => toSymbolic(each) ?? '')
    const here = [...path, 'Statement', ...(Array.isArray(declared) ? [index] : [])]
    const { id: resource, conditional } = holder
    return { rights: actions.map((action) => ({ action: String(action), on: texts, resource, path: here, conditional })), complete: true }
  })
  return { rights: parts.flatMap(({ rights }) => rights), complete: parts.every(({ complete }) => complete) }
}
