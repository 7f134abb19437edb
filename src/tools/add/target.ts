import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { listTriggerFunctions, type Project } from '../project/project.ts'
import { toLogicalName } from '../project/serverless-template.ts'
import { toSymbolic } from '../project/symbolic.ts'
import { findResources, type Resource } from '../project/template.ts'
import type { FunctionPlan } from './plan.ts'

/** The way in which the functions become triggers of a pool. */
export type Wiring =
  /** An event of the Serverless Framework names the pool. */
  | { readonly kind: 'event'; readonly pool: string; readonly existing: boolean }
  /** The pool's resource names the function. */
  | { readonly kind: 'resource'; readonly pool: Resource }

/**
 * Chooses the user pool that calls the new functions.
 *
 * @param named The value of `--pool`: a logical id, a pool's name, or for the Serverless Framework the name of an existing pool.
 * @throws UsageError if the project has no pool or several, and `--pool` names none of them.
 */
export function chooseWiring(project: Project, named: string | undefined): Wiring {
  const pools = findResources(project.template, 'AWS::Cognito::UserPool')
  const found = named === undefined ? pools : pools.filter((pool) => listNames(pool).includes(named))
  const [pool, another] = found
  const shown = pools.map(({ id }) => id).join(', ')
  if (another !== undefined) throw new UsageError(`${project.file} has several user pools: ${shown}. Choose one with --pool NAME`)
  if (pool === undefined) {
    if (project.kind === 'serverless' && named !== undefined) return { kind: 'event', pool: named, existing: true }
    if (named !== undefined) throw new UsageError(`--pool ${named}: ${project.file} has no such user pool${shown && `. It has ${shown}`}`)
    const hint = project.kind === 'serverless' ? 'Name an existing pool with --pool NAME' : 'To use an existing pool: lifeguard attach'
    throw new UsageError(`${project.file} has no user pool. ${hint}`)
  }
  const name = project.kind === 'serverless' ? findEventPool(pool) : undefined
  return name === undefined ? { kind: 'resource', pool } : { kind: 'event', pool: name, existing: false }
}

/**
 * Checks that the plans fit into the project.
 *
 * @throws UsageError if a pool already has a function for the trigger.
 */
export function assertFree(project: Project, plans: readonly FunctionPlan[], wiring: Wiring): void {
  const pool = wiring.kind === 'resource' ? (toSymbolic(wiring.pool.properties.UserPoolName) ?? wiring.pool.id) : wiring.pool
  for (const { trigger } of plans) {
    const taken = listTriggerFunctions(project).find((each) => each.trigger === trigger && (each.pool === pool || each.pool === undefined))
    if (taken !== undefined) {
      throw new UsageError(
        `${project.file} already has a function for ${trigger}: ${taken.name}. To add rules to it, see docs/guides/existing-service.md`,
      )
    }
  }
}

/** Returns the value of a table setting that a function of the project already has, with its intrinsic functions. */
export function findTableValue({ template }: Project, setting: string): unknown {
  for (const { properties } of findResources(template, 'AWS::Lambda::Function')) {
    const variables = isObject(properties.Environment) ? properties.Environment.Variables : undefined
    if (isObject(variables) && variables[setting] !== undefined && variables[setting] !== '') return variables[setting]
  }
  return undefined
}

function listNames(pool: Resource): readonly string[] {
  return [pool.id, toSymbolic(pool.properties.UserPoolName) ?? '', findEventPool(pool) ?? '']
}

/** Returns the name with which an event of the framework names the pool. Undefined if the framework would create a second pool. */
function findEventPool({ id, properties }: Resource): string | undefined {
  const [, base] = /^CognitoUserPool(.+)$/.exec(id) ?? []
  const name = toSymbolic(properties.UserPoolName)
  return base !== undefined && name !== undefined && toLogicalName(name) === base ? name : base
}
