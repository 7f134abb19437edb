import { type Attached, COGNITO, findFunction, listAttached } from '../../project/attached.ts'
import { isKnown, parseReference, toSymbolic, withoutNames } from '../../project/symbolic.ts'
import { findResources, type Resource, type Template } from '../../project/template.ts'
import type { Finding, Judged } from '../finding.ts'
import type { Subject } from '../loaded.ts'

/** LG202 and LG203: checks that a pool may invoke its triggers, and that other accounts may not. */
export function checkPermissions({ template }: Subject): Judged {
  const attached = listAttached(template)
  const permissions = findResources(template, 'AWS::Lambda::Permission').map((permission): Permission => {
    const name = toSymbolic(permission.properties.FunctionName)
    return { permission, name: name ?? '', invoked: name === undefined ? undefined : findFunction(template, name) }
  })
  const triggers = new Set(attached.map(({ target }) => target?.id))
  const concerned = permissions.filter(({ invoked }) => triggers.has(invoked?.id ?? ''))
  return {
    findings: [
      ...attached.flatMap((each) => findMissingPermission(template, each, permissions)),
      ...concerned.flatMap(({ permission }): readonly Finding[] => {
        const wide = describeWidePermission(permission)
        return wide === undefined ? [] : [{ code: 'LG203', resource: permission.id, ...wide }]
      }),
    ],
    unknown: [],
  }
}

interface Permission {
  readonly permission: Resource
  /** The FunctionName of the permission, converted by `toSymbolic`. */
  readonly name: string
  readonly invoked: Resource | undefined
}

function findMissingPermission(template: Template, attached: Attached, permissions: readonly Permission[]): readonly Finding[] {
  const { target, pool, trigger, resource, path, named } = attached
  // If the pool is outside the template, the Serverless Framework's custom resource adds the permission at deployment.
  if (target === undefined || pool === undefined) return []
  const may = permissions.some(({ permission, name, invoked }) => {
    // Accepts a name that is known only at deployment, because it may be the name of this function.
    if (invoked === undefined ? isKnown(name) : invoked.id !== target.id) return false
    return isSameQualifier(template, name, named) && isPoolPermitted(template, permission, pool)
  })
  if (may) return []
  const called = parseReference(named)?.id ?? target.id
  const shown = called === target.id ? called : `${called} (an alias or version of ${target.id})`
  return [
    {
      code: 'LG202',
      resource,
      path,
      message: `No AWS::Lambda::Permission allows the user pool ${pool.id} to invoke ${shown} for ${trigger}`,
    },
  ]
}

/** Returns false if the names refer to different resources: a permission on a function does not cover an alias of it, or vice versa. */
function isSameQualifier({ resources }: Template, permitted: string, named: string): boolean {
  const [left, right] = [permitted, named].map((text) => resources.get(parseReference(text)?.id ?? ''))
  return left === undefined || right === undefined || left === right
}

function isPoolPermitted(template: Template, { properties }: Resource, pool: Resource): boolean {
  const [action = '', principal = ''] = [toSymbolic(properties.Action), toSymbolic(properties.Principal)]
  if (isKnown(action) && !['lambda:InvokeFunction', 'lambda:*', '*'].includes(action)) return false
  if (isKnown(principal) && ![COGNITO, '*'].includes(principal)) return false
  const source = parseReference(toSymbolic(properties.SourceArn) ?? '')
  const named = source === undefined ? undefined : template.resources.get(source.id)
  return named === undefined || named.id === pool.id
}

function describeWidePermission({ id, properties }: Resource): Pick<Finding, 'path' | 'message'> | undefined {
  const { Principal, SourceArn, SourceAccount } = properties
  const principal = toSymbolic(Principal)
  if (principal === '*')
    return { path: ['Properties', 'Principal'], message: `Principal of ${id} is *, so any AWS account may invoke the trigger` }
  if (principal !== COGNITO || SourceAccount !== undefined) return undefined
  if (SourceArn === undefined)
    return {
      path: ['Properties', 'Principal'],
      message: `${id} has neither SourceArn nor SourceAccount, so a user pool of any account may invoke the trigger`,
    }
  const [, account] = /^arn:[^:]*:cognito-idp:[^:]*:([^:]*):/.exec(withoutNames(toSymbolic(SourceArn) ?? '')) ?? []
  const wild = toSymbolic(SourceArn) === '*' || account === '*' || account === ''
  return wild
    ? {
        path: ['Properties', 'SourceArn'],
        message: `SourceArn of ${id} does not name an account, so a user pool of any account may invoke the trigger`,
      }
    : undefined
}
