import { type Attached, isCognito, listAttached } from '../../project/attached.ts'
import { findFunction, mayName, type NamedFunction } from '../../project/named-function.ts'
import { judgeSource, type Sure } from '../../project/source-pool.ts'
import { isKnown, parseReference, toSymbolic, withoutNames } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource, type Template } from '../../project/template.ts'
import type { Path } from '../../project/yaml-values.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { matchesGlob } from '../glob.ts'
import type { Subject } from '../loaded.ts'

/** LG202 and LG203: checks that a pool may invoke its triggers, and that other accounts may not. */
export function checkPermissions({ template }: Subject): Judged {
  const attached = listAttached(template)
  const permissions = findResources(template, 'AWS::Lambda::Permission').map((permission): Permission => {
    const name = toSymbolic(permission.properties.FunctionName) ?? ''
    return { permission, name, invoked: findFunction(template, name) }
  })
  const triggers = new Set(attached.map(({ target }) => target?.id))
  return mergeJudged([
    ...attached.map((each) => checkInvocation(template, each, permissions)),
    ...permissions.map(({ permission, name, invoked }): Judged => {
      const wide = describeWidePermission(template, permission)
      if (wide === undefined || (invoked === undefined && isKnown(name)) || (invoked !== undefined && !triggers.has(invoked.lambda.id)))
        return NOTHING
      if (invoked === undefined) return { findings: [], unknown: [`FunctionName of ${permission.id}: ${AT_DEPLOYMENT}`] }
      if (wide.path === undefined) return { findings: [], unknown: [wide.message] }
      return { findings: [{ code: 'LG203', resource: permission.id, path: wide.path, message: wide.message }], unknown: [] }
    }),
  ])
}

interface Permission {
  readonly permission: Resource
  /** The FunctionName of the permission, converted by `toSymbolic`. */
  readonly name: string
  readonly invoked: NamedFunction | undefined
}

function checkInvocation(template: Template, attached: Attached, permissions: readonly Permission[]): Judged {
  const { target, pool, trigger, resource, path, named } = attached
  // The Serverless Framework's custom resource adds the permission at deployment.
  if (target === undefined || pool === undefined || pool.id !== resource) return NOTHING
  const own = findFunction(template, named)
  const answers = permissions.map((each) => ({
    id: each.permission.id,
    sure: judgePermission(template, each, target, own?.qualifier, pool),
  }))
  if (answers.some(({ sure }) => sure === 'yes')) return NOTHING
  const shown = own?.qualifier === undefined ? target.id : `${parseReference(named)?.id ?? named} (an alias or version of ${target.id})`
  const maybe = answers.find(({ sure }) => sure === 'maybe')
  if (maybe !== undefined) {
    const unknown = `the permission of the user pool ${pool.id} to invoke ${shown} for ${trigger}: a value of ${maybe.id} is known only at deployment`
    return { findings: [], unknown: [unknown] }
  }
  const wrong = answers.find(({ sure }) => sure === 'id')
  const message =
    wrong === undefined
      ? `No AWS::Lambda::Permission allows the user pool ${pool.id} to invoke ${shown} for ${trigger}`
      : `SourceArn of ${wrong.id} is not the ARN of the user pool ${pool.id}, so the pool may not invoke ${shown} for ${trigger}; expected !GetAtt ${pool.id}.Arn`
  return { findings: [{ code: 'LG202', resource, path, message }], unknown: [] }
}

/** Decides if a permission lets a pool invoke a function. The result is `id` if only the SourceArn is wrong: an id instead of an ARN. */
function judgePermission(
  template: Template,
  { permission, name, invoked }: Permission,
  target: Resource,
  qualifier: string | undefined,
  pool: Resource,
): Sure | 'id' {
  const { properties, conditional } = permission
  const names: Sure =
    invoked === undefined
      ? toSure(mayName(target, name))
      : invoked.lambda.id !== target.id
        ? 'no'
        : // A permission on a function does not cover an alias of it, or vice versa.
          judgeQualifier(invoked.qualifier, qualifier, template)
  const answers = [
    names,
    judgeKnown(toSymbolic(properties.Action) ?? '', (action) => matchesGlob(action.toLowerCase(), 'lambda:invokefunction')),
    judgePrincipal(properties.Principal),
    judgeSource(template, toSymbolic(properties.SourceArn), pool),
    conditional && !pool.conditional ? 'maybe' : 'yes',
  ]
  const worst = (['no', 'id', 'maybe'] as const).find((each) => answers.includes(each))
  return worst ?? 'yes'
}

function judgeKnown(text: string, isRight: (text: string) => boolean): Sure {
  return !isKnown(text) ? 'maybe' : isRight(text) ? 'yes' : 'no'
}

function judgePrincipal(principal: unknown): Sure {
  return isCognito(principal) ? 'yes' : judgeKnown(toSymbolic(principal) ?? '', (text) => text === '*')
}

function toSure(isPossible: boolean): Sure {
  return isPossible ? 'maybe' : 'no'
}

function judgeQualifier(left: string | undefined, right: string | undefined, { isTerraform }: Template): Sure {
  if (left === right) return 'yes'
  // Terraform's plan does not show if an alias follows a reference to a function.
  if (isTerraform && (left === undefined || right === undefined)) return 'maybe'
  return toSure(left !== undefined && right !== undefined && !(isKnown(left) && isKnown(right)))
}

/** Describes a permission that is too wide. Without a path, the description is a reason why this is unknown. */
function describeWidePermission(
  { resources }: Template,
  { id, properties }: Resource,
): { readonly path?: Path; readonly message: string } | undefined {
  const { Principal, SourceArn, SourceAccount } = properties
  const principal = toSymbolic(Principal) ?? ''
  if (principal === '*')
    return { path: ['Properties', 'Principal'], message: `Principal of ${id} is *, so any AWS account may invoke the trigger` }
  if (!isCognito(principal))
    return isKnown(principal) ? undefined : { message: `the breadth of ${id}: Principal is known only at deployment` }
  if (SourceAccount !== undefined) return undefined
  if (SourceArn === undefined)
    return {
      path: ['Properties', 'Principal'],
      message: `${id} has neither SourceArn nor SourceAccount, so a user pool of any account may invoke the trigger`,
    }
  const source = toSymbolic(SourceArn) ?? ''
  const [, account] = /^arn:[^:]*:cognito-idp:[^:]*:([^:]*):/.exec(withoutNames(source)) ?? []
  if (source === '*' || account === '*' || account === '')
    return {
      path: ['Properties', 'SourceArn'],
      message: `SourceArn of ${id} does not name an account, so a user pool of any account may invoke the trigger`,
    }
  // A reference to a resource of the template is the ARN of one pool, or LG202 reports it.
  const [start = ''] = /^\$\{[^}]*\}/.exec(source) ?? []
  const isNamed = isKnown(source) || source.startsWith('arn:') || resources.has(parseReference(start)?.id ?? '')
  return isNamed ? undefined : { message: `the breadth of ${id}: SourceArn is known only at deployment` }
}
