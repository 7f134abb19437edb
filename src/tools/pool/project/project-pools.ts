import { createHash } from 'node:crypto'
import { type TriggerName, triggerFacts } from '../../../shared/cognito/triggers.ts'
import { isObject } from '../../../shared/rules/invocation.ts'
import { UsageError } from '../../lib/errors.ts'
import { listAttached } from '../../project/attached.ts'
import { listOptionalFunctions, listTriggerFunctions, type Project, type TriggerFunction } from '../../project/project.ts'
import { isKnown, parseReference, toSymbolic } from '../../project/symbolic.ts'
import { findResources, type Resource } from '../../project/template.ts'
import type { Handlers } from '../../replay/handlers.ts'
import { CognitoError } from '../errors.ts'
import { parseClientSettings } from '../settings/client-settings.ts'
import { type PoolSettings, parsePoolSettings } from '../settings/pool-settings.ts'
import { createClient, createPool, type Store } from '../store.ts'

/** A user pool of a project, with its app clients. */
export interface ProjectPool {
  /** The name in the configuration. */
  readonly name: string
  readonly settings: PoolSettings
  readonly clients: readonly { readonly name: string; readonly settings: unknown; readonly hasSecret: boolean }[]
}

/** Options of {@link readProjectPools}. */
export interface ProjectPoolsOptions {
  /** Functions of `custom.optional` to turn on. */
  readonly optional: readonly string[]
  /** The lowest version of the events that the rules of a trigger need, such as `V2_0`. */
  readonly needed: Readonly<Partial<Record<TriggerName, string>>>
  readonly onNote: (note: string) => void
}

const KEY_ARN = 'arn:aws:kms:us-east-1:000000000000:key/local'
// The app client of a project that declares none.
const DEFAULT_CLIENT = {
  ClientName: 'local',
  ExplicitAuthFlows: [
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
    'ALLOW_CUSTOM_AUTH',
    'ALLOW_USER_AUTH',
  ],
  PreventUserExistenceErrors: 'ENABLED',
}
const DEFAULT_POOL = { UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } }

/**
 * Reads the user pools of a project, with the settings of its template. A setting that is known only at deployment gets Cognito's
 * default, with a note. Without a pool in the template, there is one with default settings.
 */
export function readProjectPools(handlers: Pick<Handlers, 'project' | 'triggers'>, options: ProjectPoolsOptions): readonly ProjectPool[] {
  const { project } = handlers
  const functions = listPoolFunctions(handlers, options.optional)
  const resources = project === undefined ? [] : findResources(project.template, 'AWS::Cognito::UserPool')
  if (project === undefined || resources.length === 0) return [toPool('local', DEFAULT_POOL, functions, [], options)]
  return resources.map((resource) => {
    const name = toSymbolic(resource.properties.UserPoolName) ?? resource.id
    const own = functions.filter(({ pool }) => pool === name || pool === resource.id || (pool === undefined && resources.length === 1))
    const { LambdaConfig: _, UserPoolName: __, ...given } = resource.properties
    const properties = toPlain(given, `${project.file}: ${resource.id}`, options.onNote)
    const settings = isObject(properties) ? properties : {}
    const versions = new Map(listAttached(project.template).map((each) => [each.trigger, each.version]))
    return toPool(isKnown(name) ? name : resource.id, settings, own, readClients(project, resource, options), options, versions)
  })
}

/** A function that a pool of the project calls. */
export type PoolFunction = Pick<TriggerFunction, 'trigger' | 'name' | 'pool'>

/**
 * Returns the functions that the pools of a project call, with those of `custom.optional` that are named, and those of `--handler`.
 *
 * @throws UsageError if `custom.optional` has no function of a name.
 */
export function listPoolFunctions(
  { project, triggers }: Pick<Handlers, 'project' | 'triggers'>,
  names: readonly string[],
): readonly PoolFunction[] {
  const deployed = project === undefined ? [] : listTriggerFunctions(project)
  const optional = project === undefined ? [] : listOptionalFunctions(project)
  const unknown = names.find((name) => !optional.some((each) => each.name === name))
  if (unknown !== undefined) {
    const known = [...new Set(optional.map(({ name }) => name))]
    const expected = known.length === 0 ? `${project?.file ?? 'the project'} has none` : `expected one of ${known.join(', ')}`
    throw new UsageError(`--triggers ${unknown}: custom.optional has no function of this name; ${expected}`)
  }
  const chosen: readonly PoolFunction[] = [...deployed, ...optional.filter(({ name }) => names.includes(name))]
  // A trigger of `--handler` needs no function in the configuration. Optional functions that are off have a handler too.
  const isKnown = (trigger: TriggerName): boolean => [...chosen, ...optional].some((each) => each.trigger === trigger)
  const named = triggers.filter((trigger) => !isKnown(trigger))
  return [
    ...chosen,
    ...named.map((trigger) => ({ trigger, name: `${trigger.charAt(0).toLowerCase()}${trigger.slice(1)}`, pool: undefined })),
  ]
}

function readClients(project: Project, pool: Resource, { onNote }: ProjectPoolsOptions): ProjectPool['clients'] {
  return findResources(project.template, 'AWS::Cognito::UserPoolClient').flatMap((resource) => {
    const of = parseReference(toSymbolic(resource.properties.UserPoolId) ?? '')?.id
    if (of !== undefined && of !== pool.id) return []
    const { UserPoolId: _, ...given } = resource.properties
    const properties = toPlain(given, `${project.file}: ${resource.id}`, onNote)
    const { GenerateSecret, ...settings } = isObject(properties) ? properties : {}
    return [{ name: resource.id, settings: { ClientName: resource.id, ...settings }, hasSecret: GenerateSecret === true }]
  })
}

function toPool(
  name: string,
  given: Readonly<Record<string, unknown>>,
  functions: readonly PoolFunction[],
  clients: ProjectPool['clients'],
  { needed, onNote }: ProjectPoolsOptions,
  versions: ReadonlyMap<TriggerName, string | undefined> = new Map(),
): ProjectPool {
  const config: Record<string, unknown> = {}
  for (const { trigger, name: functionName } of functions) {
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`
    const { lambdaVersions, versionKey = trigger, needsKmsKey } = triggerFacts(trigger)
    const LambdaVersion = laterVersion(versions.get(trigger) ?? 'V1_0', needed[trigger])
    if (LambdaVersion !== (versions.get(trigger) ?? 'V1_0'))
      onNote(`${trigger}: the pool sends events in version ${LambdaVersion}, which the rules need`)
    config[versionKey] ??= lambdaVersions === undefined ? arn : { LambdaArn: arn, LambdaVersion }
    if (needsKmsKey) config.KMSKeyID = KEY_ARN
  }
  const settings = { PoolName: name, ...given, LambdaConfig: config }
  try {
    return {
      name,
      settings: parsePoolSettings(settings),
      clients: clients.length === 0 ? [{ name: 'local', settings: DEFAULT_CLIENT, hasSecret: false }] : clients,
    }
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error
    onNote(`The settings of the pool ${name} are not valid, so the local pool has default settings: ${error.message}`)
    return toPool(name, DEFAULT_POOL, functions, clients, { optional: [], needed, onNote }, versions)
  }
}

function laterVersion(one: string, two: string | undefined): string {
  return two !== undefined && two > one ? two : one
}

/** Adds the pools of a project to a store, or updates those that it has. Their ids stay the same at each start. */
export function applyProjectPools(
  store: Store,
  pools: readonly ProjectPool[],
  folder: string,
  now: number,
  onNote: (note: string) => void,
): readonly string[] {
  return pools.map(({ name, settings, clients }) => {
    const id = `${store.region}_${toId(`${folder} ${name}`, 9)}`
    const existing = store.pools.get(id)
    if (existing !== undefined) existing.settings = settings
    const pool = existing ?? createPool(store, settings, now, id)
    for (const client of clients) {
      const clientId = toId(`${folder} ${name} ${client.name}`, 26).toLowerCase()
      const secret = client.hasSecret ? { secret: toId(`${clientId} secret`, 43) } : {}
      try {
        const known = pool.clients.get(clientId)
        const parsed = parseClientSettings(client.settings)
        if (known === undefined) createClient(store, pool, parsed, now, { id: clientId, ...secret })
        else known.settings = parsed
      } catch (error) {
        if (!(error instanceof CognitoError)) throw error
        onNote(`The settings of the app client ${client.name} are not valid, so it does not exist: ${error.message}`)
      }
    }
    return id
  })
}

/** Returns letters and digits that depend only on a text. */
function toId(text: string, length: number): string {
  return createHash('sha256')
    .update(text)
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
}

/** Converts a value of a template to JSON. Leaves out what is known only at deployment, with a note. */
export function toPlain(value: unknown, where: string, onNote: (note: string) => void): unknown {
  if (Array.isArray(value)) return value.map((each) => toPlain(each, where, onNote)).filter((each) => each !== undefined)
  if (isObject(value)) {
    const [first = ''] = Object.keys(value)
    const isIntrinsic = Object.keys(value).length === 1 && (first === 'Ref' || first === 'Condition' || first.startsWith('Fn::'))
    if (!isIntrinsic) {
      const entries = Object.entries(value).map(([key, each]) => [key, toPlain(each, `${where}.${key}`, onNote)] as const)
      return Object.fromEntries(entries.filter(([, each]) => each !== undefined))
    }
  }
  if (typeof value !== 'string' && !isObject(value)) return value
  const text = toSymbolic(value) ?? ''
  if (isKnown(text)) return toScalar(text)
  onNote(`${where} is known only at deployment, so the local pool has Cognito's default`)
  return undefined
}

/** CloudFormation accepts `"true"` for a boolean. */
function toScalar(text: string): string | boolean {
  return text === 'true' || text === 'false' ? text === 'true' : text
}
