import { normalize } from 'node:path'
import { stringify } from 'yaml'
import { triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { isRejectedEvent, type Project } from '../project/project.ts'
import { toFunctionId, toLogicalName } from '../project/serverless-template.ts'
import { readYaml } from '../project/yaml-values.ts'
import { addToYaml, type KeyPath } from './edit-yaml.ts'
import type { FunctionPlan } from './plan.ts'
import {
  buildInvokePermission,
  buildSamFunction,
  buildServerlessFunction,
  buildStatements,
  buildTables,
  nameFunction,
  type Tables,
} from './resources.ts'
import type { Wiring } from './target.ts'

/** One addition to a configuration. */
export interface Addition {
  readonly path: KeyPath
  readonly value: object
}

/** Lists the additions to the configuration of a project of the Serverless Framework, or to a SAM template. */
export function listAdditions(project: Project, plans: readonly FunctionPlan[], tables: Tables, wiring: Wiring): readonly Addition[] {
  const created = buildTables(tables)
  if (project.kind === 'template') {
    const functions = plans.map((plan) => [nameFunction(plan, project.kind), buildSamFunction(plan, tables, wiring, project)] as const)
    return [{ path: ['Resources'], value: { ...Object.fromEntries(functions), ...created } }]
  }
  const functions = plans.map((plan) => [plan.name, buildServerlessFunction(plan, tables, wiring)] as const)
  const statements = plans.flatMap((plan) => buildStatements(plan, tables, project))
  const unique = [...new Map(statements.map((each) => [JSON.stringify(each), each])).values()]
  const pool = findConfiguredPool(wiring)
  const configured = pool === undefined ? [] : plans.filter((plan) => wiring.kind === 'resource' || isRejectedEvent(plan.trigger))
  const permissions = configured.map((plan) => toPermission(plan, pool ?? ''))
  const resources = { ...created, ...Object.fromEntries(permissions) }
  return [
    { path: ['functions'], value: Object.fromEntries(functions) },
    ...(unique.length > 0 ? [{ path: ['provider', 'iam', 'role', 'statements'], value: unique }] : []),
    ...(Object.keys(resources).length > 0 ? [{ path: ['resources', 'Resources'], value: resources }] : []),
    ...(configured.length > 0 ? [toLambdaConfig(configured, pool ?? '')] : []),
  ]
}

/** Returns the pool of the template whose LambdaConfig can name functions. The framework creates the pool of an event in the template. */
function findConfiguredPool(wiring: Wiring): string | undefined {
  if (wiring.kind === 'resource') return wiring.pool.id
  return wiring.existing ? undefined : `CognitoUserPool${toLogicalName(wiring.pool)}`
}

function toPermission(plan: FunctionPlan, pool: string): readonly [string, object] {
  return [`${plan.trigger}InvokePermission`, buildInvokePermission(plan, pool)]
}

function toLambdaConfig(plans: readonly FunctionPlan[], pool: string): Addition {
  const triggers = plans.map(({ trigger, name }) => {
    const arn = { 'Fn::GetAtt': [toFunctionId(name), 'Arn'] }
    const { lambdaVersions, versionKey } = triggerFacts(trigger)
    const isVersioned = lambdaVersions !== undefined && versionKey === undefined
    return [trigger, isVersioned ? { LambdaArn: arn, LambdaVersion: 'V1_0' } : arn] as const
  })
  return { path: ['resources', 'Resources', pool, 'Properties', 'LambdaConfig'], value: Object.fromEntries(triggers) }
}

/** Formats additions as YAML, to be pasted into a configuration. */
export function formatAdditions(additions: readonly Addition[]): string {
  return additions.map(({ path, value }) => stringify(nest(path, value), { lineWidth: 0, aliasDuplicateObjects: false })).join('\n')
}

/** The edited texts by path, or the addition that has no place in the configuration. */
export type Edited = { readonly files: ReadonlyMap<string, string> } | { readonly unplaced: Addition }

type Open = (path: string) => Promise<string | undefined>

/**
 * Applies additions to a configuration, and follows `${file(...)}` to the file that holds the edited map or list.
 *
 * @param file The configuration, relative to the project's folder.
 * @param read Reads a file, relative to the project's folder. Returns undefined for a missing file.
 */
export async function applyAdditions(file: string, additions: readonly Addition[], read: Open): Promise<Edited> {
  const files = new Map<string, string>()
  const open: Open = async (path) => files.get(path) ?? (await read(path))
  for (const addition of additions) {
    const place = await findPlace(file, addition, open, 0)
    const text = place && (await open(place.file))
    const edited = place && text !== undefined ? addToYaml(text, place.path, place.value) : undefined
    if (place === undefined || edited === undefined) return { unplaced: addition }
    files.set(place.file, edited)
  }
  return { files }
}

interface Place extends Addition {
  readonly file: string
}

const WHOLE_FILE = /^\$\{file\(([^)]+)\)(?::([\w.-]+))?\}$/
const DEEPEST = 8

/** Finds the file and path that an addition goes to. In a list of maps, `functions` or `resources`, adds a new item. */
async function findPlace(file: string, { path, value }: Addition, open: Open, depth: number): Promise<Place | undefined> {
  const text = await open(file)
  if (text === undefined || depth > DEEPEST) return undefined
  let at: unknown = readYaml(file, text).value
  for (const [index, step] of [...path, undefined].entries()) {
    const left = path.slice(index)
    const included = parseReference(at)
    if (included !== undefined) return findPlace(included.file, { path: [...included.path, ...left], value }, open, depth + 1)
    if (step === undefined) break
    if (Array.isArray(at) && typeof step === 'string') {
      for (const [item, inner] of at.entries()) {
        const found = await findExisting(inner, left, open)
        if (found === 'here') return { file, path: [...path.slice(0, index), item, ...left], value }
        if (found !== undefined) return findPlace(found.file, { path: [...found.path, ...left], value }, open, depth + 1)
      }
      return { file, path: path.slice(0, index), value: [nest(left, value)] }
    }
    if (at === null || at === undefined) break
    if (typeof at !== 'object') return undefined
    at = Reflect.get(at, step)
  }
  return { file, path, value }
}

/** Checks if an item of a list already has the resource that an addition changes. Returns the included file if the resource is there. */
async function findExisting(item: unknown, left: KeyPath, open: Open): Promise<'here' | ReturnType<typeof parseReference>> {
  const [section = '', id = ''] = left
  if (left.length < 3) return undefined
  const hasResource = (value: unknown): boolean => isObject(value) && isObject(value[section]) && Object.hasOwn(value[section], id)
  if (hasResource(item)) return 'here'
  const included = parseReference(item)
  const text = included && (await open(included.file))
  return text !== undefined && hasResource(readYaml(included?.file ?? '', text).value) ? included : undefined
}

function parseReference(value: unknown): { readonly file: string; readonly path: KeyPath } | undefined {
  const [, name, inside] = (typeof value === 'string' && WHOLE_FILE.exec(value.trim())) || []
  return name === undefined ? undefined : { file: normalize(name.trim()), path: inside?.split('.') ?? [] }
}

function nest(path: KeyPath, value: object): object {
  return path.reduceRight<object>((inner, step) => ({ [step]: inner }), value)
}
