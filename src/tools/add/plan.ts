import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { listRules, type RulePermission } from '../../shared/rules/rule.ts'
import { SAMPLE_DOMAIN } from '../init/domain.ts'
import { listHandlerFiles } from '../init/project.ts'
import { bundleHandler } from '../lib/build.ts'
import { defaultSettings, NOWHERE } from '../lib/environment.ts'
import { PACKAGE_FOLDER } from '../lib/own-package.ts'
import { listOptionalFunctions, listTriggerFunctions, openProject, type TriggerFunction } from '../project/project.ts'
import { readYaml } from '../project/yaml-values.ts'
import { startWorker } from '../replay/worker.ts'

/** A DynamoDB table that a function needs. */
export interface NeededTable {
  /** The setting that names the table, such as `BLOCK_TABLE`. */
  readonly setting: string
  /** The logical id, such as `BlockTable`. */
  readonly id: string
  /** The CloudFormation properties. */
  readonly properties: Readonly<Record<string, unknown>>
}

/** Everything that a new function needs in a project. */
export interface FunctionPlan {
  readonly trigger: TriggerName
  /** The name in serverless.yml, such as `preSignUp`. */
  readonly name: string
  /** The folder of the handler's source and bundle, such as `pre-signup`. */
  readonly folder: string
  /** The name under which handler.ts exports the handler. */
  readonly exported: string
  /** The function's block in this package's serverless.yml, with its variables. */
  readonly block: object
  /** The files to write, by their path in the project. */
  readonly files: ReadonlyMap<string, string>
  /** The settings with a value, without tables, which do not exist yet, and without secrets. */
  readonly environment: Readonly<Record<string, string>>
  /** The required settings with a secret value. This package cannot choose one. */
  readonly secrets: readonly string[]
  readonly tables: readonly NeededTable[]
  /** The permissions that the rules declare. Their `resource` is the setting that names a table. */
  readonly permissions: readonly RulePermission[]
}

/**
 * Plans functions with this package's handlers. Reads their settings from this package's own deployment, and their permissions from the
 * rules of the handlers.
 *
 * @param domain The email domain that may sign up.
 * @throws UsageError if a handler needs a package that is not installed. MissingPeerError if esbuild is not installed.
 */
export async function planFunctions(triggers: readonly TriggerName[], domain: string): Promise<readonly FunctionPlan[]> {
  const service = await readOwnService()
  const byFolder = Map.groupBy(triggers, (trigger) => triggerFacts(trigger).folder)
  const plans = await Promise.all([...byFolder].map(([folder, own]) => planFolder(folder, own, service, domain)))
  return plans.flat()
}

/** Plans the functions of one folder. They share its files and its bundle. */
async function planFolder(
  folder: string,
  triggers: readonly TriggerName[],
  service: OwnService,
  domain: string,
): Promise<readonly FunctionPlan[]> {
  const paths = await listHandlerFiles(folder)
  const files = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(PACKAGE_FOLDER, path), 'utf8')] as const)))
  const bundle = await bundleHandler(join(PACKAGE_FOLDER, 'src', folder, 'handler.ts'))
  try {
    return await Promise.all(
      triggers.map(async (trigger) => ({ folder, files, ...(await planFunction(trigger, bundle.file, service, domain)) })),
    )
  } finally {
    await bundle.remove()
  }
}

async function planFunction(
  trigger: TriggerName,
  bundle: string,
  { functions, blocks }: OwnService,
  domain: string,
): Promise<Omit<FunctionPlan, 'folder' | 'files'>> {
  const declared = functions.find((each) => each.trigger === trigger)
  const block = declared && blocks.get(declared.name)
  if (declared === undefined || block === undefined) throw new Error(`serverless.yml has no function for ${trigger}`)
  const exported = declared.handler?.split('.').at(-1) ?? 'handler'
  const { environment, permissions } = await chooseSettings(declared.environment, domain, (settings) =>
    readPermissions(bundle, exported, settings),
  )
  const settings = new Set(permissions.map(({ resource }) => resource).filter((setting) => setting.endsWith('_TABLE')))
  return {
    trigger,
    name: `${trigger.charAt(0).toLowerCase()}${trigger.slice(1)}`,
    exported,
    block,
    environment: Object.fromEntries(Object.entries(environment).filter(([name]) => !name.endsWith('_TABLE') && !SECRET.test(name))),
    secrets: Object.keys(environment).filter((name) => SECRET.test(name)),
    tables: await Promise.all([...settings].map(readTable)),
    permissions,
  }
}

// `KMS_KEY_ARN` and other names of keys are not secret.
const SECRET = /(?:_KEY|_SECRET|_TOKEN|_PASSWORD)$/

interface Loaded {
  readonly environment: Readonly<Record<string, string>>
  readonly permissions: readonly RulePermission[]
}

/**
 * Chooses the settings of a new function: those that have a default and a sample value. If the handler does not load with them, some
 * settings without a default are required, and get their sample value.
 */
async function chooseSettings(
  declared: Readonly<Record<string, string>>,
  domain: string,
  load: (settings: Readonly<Record<string, string>>) => Promise<readonly RulePermission[] | undefined>,
): Promise<Loaded> {
  const samples = Object.entries(defaultSettings()).filter(([name]) => Object.hasOwn(declared, name))
  const defaults = Object.fromEntries(samples.flatMap(([name]) => (declared[name] ? [[name, toDomain(declared[name], domain)]] : [])))
  const known = await load(defaults)
  if (known !== undefined) return { environment: defaults, permissions: known }
  const all = { ...Object.fromEntries(samples), ...defaults }
  const permissions = await load(all)
  if (permissions === undefined) throw new Error(`The handler did not load with the settings ${Object.keys(all).join(', ')}`)
  return { environment: all, permissions }
}

function toDomain(value: string, domain: string): string {
  return value === SAMPLE_DOMAIN ? domain : value
}

/** The functions of this package's serverless.yml. */
interface OwnService {
  readonly functions: readonly TriggerFunction[]
  /** The blocks of the functions by name, with their variables. */
  readonly blocks: ReadonlyMap<string, object>
}

async function readOwnService(): Promise<OwnService> {
  const signal = new AbortController().signal
  const options = { working: PACKAGE_FOLDER, environment: {}, signal, onNote: () => undefined, framework: false }
  const project = await openProject('serverless.yml', options)
  const { value } = readYaml('serverless.yml', await readFile(join(PACKAGE_FOLDER, 'serverless.yml'), 'utf8'))
  const service = isObject(value) ? value : {}
  const sections = [service.functions, isObject(service.custom) && service.custom.optional].flat()
  const named = sections.flatMap((section) => Object.entries(isObject(section) ? section : {}))
  return {
    functions: project === undefined ? [] : [...listTriggerFunctions(project), ...listOptionalFunctions(project)],
    blocks: new Map(named.flatMap(([name, block]) => (isObject(block) ? [[name, block]] : []))),
  }
}

/** Reads the permissions of a handler's rules. Returns undefined if the handler does not load with these settings. */
async function readPermissions(
  file: string,
  exported: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly RulePermission[] | undefined> {
  const worker = startWorker({ environment: { ...NOWHERE, ...environment }, onOutput: () => undefined })
  try {
    const reply = await worker.ask({ kind: 'load', file, exported })
    const rule = reply.kind === 'ready' ? reply.rule : undefined
    return rule && listRules(rule).flatMap(({ permissions = [] }) => permissions)
  } finally {
    await worker.kill()
  }
}

/** Reads a table of this package's deployment. Leaves out what depends on the deployment's parameters. */
async function readTable(setting: string): Promise<NeededTable> {
  const id = setting.toLowerCase().replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
  const resource = (await readResource('tables.yml', id)) ?? (await readResource('optional-tables.yml', id))
  const properties = isObject(resource) && isObject(resource.Properties) ? resource.Properties : {}
  const { TableName, DeletionProtectionEnabled, ...rest } = properties
  return { setting, id, properties: rest }
}

async function readResource(file: string, id: string): Promise<unknown> {
  const { value } = readYaml(file, await readFile(join(PACKAGE_FOLDER, 'deploy', file), 'utf8'))
  return isObject(value) && isObject(value.Resources) ? value.Resources[id] : undefined
}
