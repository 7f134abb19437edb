import { isObject } from '../../shared/rules/invocation.ts'
import { hasIntrinsic } from '../project/conditions.ts'
import type { Sure } from '../project/source-pool.ts'
import { isKnown, parseReference, toSymbolic } from '../project/symbolic.ts'
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

// The actions of AWS managed policies that rules may need. The policies also allow actions on other services.
const MANAGED: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  AmazonDynamoDBFullAccess: ['dynamodb:*'],
  AmazonDynamoDBReadOnlyAccess: ['BatchGetItem', 'Describe*', 'GetItem', 'List*', 'PartiQLSelect', 'Query', 'Scan'].map(
    (each) => `dynamodb:${each}`,
  ),
  AmazonSESFullAccess: ['ses:*'],
}

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
  const policies = findResources(template, 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy').map((policy) => ({
    policy,
    isFor: judgeAttachment(template, policy, role),
  }))
  const managed = toList(role.properties.ManagedPolicyArns)
  const parts = [
    readPolicies(role),
    ...policies
      .filter(({ isFor }) => isFor === 'yes')
      .map(({ policy }) => readStatements(policy, policy.properties.PolicyDocument, ['Properties', 'PolicyDocument'])),
    ...(managed ?? []).map((arn, index) => readManagedPolicy(template, role, arn, index)),
  ]
  const isComplete = managed !== undefined && !hasIntrinsic(role.properties) && !hasConnector(template, role)
  const rights = parts.flatMap((part) => part.rights)
  const resources = [...new Set(rights.map(({ on }) => on))]
  const size = resources.reduce((sum, on) => sum + on.length, rights.length)
  if (size > MOST_RIGHTS) return { role: role.id, rights: [], complete: false }
  const complete = isComplete && parts.every((part) => part.complete) && policies.every(({ isFor }) => isFor !== 'maybe')
  return { role: role.id, rights, complete }
}

interface Part {
  readonly rights: readonly Right[]
  readonly complete: boolean
}

function readPolicies(role: Resource): Part {
  const policies = toList(role.properties.Policies)
  const parts = (policies ?? []).map((policy, index) =>
    readStatements(role, isObject(policy) ? policy.PolicyDocument : undefined, ['Properties', 'Policies', index, 'PolicyDocument']),
  )
  return { rights: parts.flatMap(({ rights }) => rights), complete: policies !== undefined && parts.every(({ complete }) => complete) }
}

/** Returns an empty list for a missing value, and undefined for a list that is known only at deployment. */
function toList(value: unknown): readonly unknown[] | undefined {
  return value === undefined ? [] : Array.isArray(value) ? value : undefined
}

function readManagedPolicy(template: Template, role: Resource, arn: unknown, index: number): Part {
  const text = toSymbolic(arn) ?? ''
  const named = text.includes('policy/') ? text : `policy/${text}`
  const held = template.resources.get(parseReference(text)?.id ?? '')?.type
  // The statements of a policy of the template are read from its own resource.
  if (HARMLESS.test(named) || held === 'AWS::IAM::ManagedPolicy') return { rights: [], complete: true }
  const [, name = ''] = /policy\/(\w+)$/.exec(named) ?? []
  if (!Object.hasOwn(MANAGED, name) || (text.startsWith('arn:') && !/::aws:policy\//.test(text))) return { rights: [], complete: false }
  const path = ['Properties', 'ManagedPolicyArns', index]
  const { id: resource, conditional } = role
  return { rights: (MANAGED[name] ?? []).map((action) => ({ action, on: ['*'], resource, path, conditional })), complete: true }
}

/** Decides if a policy that is a resource of its own belongs to a role. */
function judgeAttachment({ resources }: Template, { id, properties }: Resource, role: Resource): Sure {
  const { Roles, RoleName } = properties
  const arns = (toList(role.properties.ManagedPolicyArns) ?? []).map((arn) => parseReference(toSymbolic(arn) ?? '')?.id)
  const own = toSymbolic(role.properties.RoleName)
  const named = [...(toList(Roles) ?? [Roles]), RoleName].flatMap((each) => toSymbolic(each) ?? [])
  if (arns.includes(id) || named.some((each) => each === `\${${role.id}}` || each === own)) return 'yes'
  const isOpen = (text: string | undefined): boolean => text !== undefined && !isKnown(text)
  // A reference to another role of the template has another name, but a parameter may have any.
  return named.some((each) => (isOpen(each) && !resources.has(parseReference(each)?.id ?? '')) || (isOpen(own) && isKnown(each)))
    ? 'maybe'
    : 'no'
}

/** Returns true if a connector of SAM gives permissions to a function of this role. */
function hasConnector(template: Template, role: Resource): boolean {
  const users = findResources(template, 'AWS::Lambda::Function').filter(
    ({ properties }) => parseReference(toSymbolic(properties.Role) ?? '')?.id === role.id,
  )
  const sources = findResources(template, 'AWS::Serverless::Connector').map(({ properties }) =>
    isObject(properties.Source) ? properties.Source.Id : undefined,
  )
  return users.some(
    ({ id, properties }) => properties.Connectors !== undefined || sources.some((each) => typeof each !== 'string' || each === id),
  )
}

function readStatements(holder: Resource, document: unknown, path: Path): Part {
  const declared = isObject(document) ? document.Statement : undefined
  const statements: readonly unknown[] = Array.isArray(declared) ? declared : [declared]
  const parts = statements.map((statement, index): Part => {
    if (!isObject(statement) || !['Allow', 'Deny'].includes(String(statement.Effect))) return { rights: [], complete: false }
    // Ignores Deny statements. This can hide a missing permission, but never reports an existing permission as missing.
    if (statement.Effect !== 'Allow') return { rights: [], complete: true }
    const { Action, Resource: on } = statement
    const actions: readonly unknown[] = [Action].flat()
    if (Action === undefined || on === undefined || actions.some((action) => !isKnown(toSymbolic(action) ?? '${')))
      return { rights: [], complete: false }
    const texts = [on].flat().map((each) => toSymbolic(each) ?? '')
    const here = [...path, 'Statement', ...(Array.isArray(declared) ? [index] : [])]
    const { id: resource, conditional } = holder
    return { rights: actions.map((action) => ({ action: String(action), on: texts, resource, path: here, conditional })), complete: true }
  })
  return { rights: parts.flatMap(({ rights }) => rights), complete: parts.every(({ complete }) => complete) }
}
