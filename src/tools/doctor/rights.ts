import { isObject } from '../../shared/rules/invocation.ts'
import { parseReference, toSymbolic } from '../project/symbolic.ts'
import { findResources, type Resource, type Template } from '../project/template.ts'
import type { Path } from '../project/yaml-values.ts'

/** One action that a role allows. */
export interface Right {
  /** The action as in the policy, where it may have wildcards: `dynamodb:*`. */
  readonly action: string
  /** The resources of the statement, converted by `toSymbolic`. */
  readonly on: readonly string[]
  /** The logical id of the role or policy that contains the statement. */
  readonly resource: string
  readonly path: Path
  /** True if the role or policy has a condition that is known only at deployment. */
  readonly conditional: boolean
}

/** The permissions of a function's role. */
export interface Rights {
  /** The role's logical id; undefined if the role is not in the template. */
  readonly role: string | undefined
  readonly rights: readonly Right[]
  /** True if `rights` lists all permissions; false if a policy is outside the template or known only at deployment. */
  readonly complete: boolean
}

// AWS managed policies that allow only logs, traces and network interfaces. No rule needs these, so doctor does not read the policies.
const HARMLESS =
  /policy\/(?:service-role\/)?(?:AWSLambdaBasicExecutionRole|AWSXRayDaemonWriteAccess|AWSXrayWriteOnlyAccess|AWSLambdaVPCAccessExecutionRole|CloudWatchLambdaInsightsExecutionRolePolicy)$/

// The maximum size of a role, to keep the checks fast. IAM limits the size of policies, so real roles are far smaller.
const MOST_RIGHTS = 2000

/** Creates a function that returns the permissions of a function's role. Each role is read only once. */
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

/** Returns an empty list for a missing value, and undefined for a list that is known only at deployment. */
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
    // Ignores Deny statements. This can hide a missing permission, but never reports an existing permission as missing.
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
