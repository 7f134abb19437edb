import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { parseTriggerName } from '../lib/find-trigger.ts'
import { parseJson, tryParseJson } from '../lib/json.ts'
import { listAttached } from './attached.ts'
import { type CodePlace, findProjectFolder, isFile, readCodePlace } from './find-code.ts'
import { type FrameworkOptions, printService } from './framework.ts'
import { readTemplateText } from './parse-yaml.ts'
import { toDeclaredTemplate } from './serverless-template.ts'
import { isKnown, parseReference, toSymbolic } from './symbolic.ts'
import { findResources, parseTemplate, type Resource, type Template } from './template.ts'
import { resolveVariables } from './variables.ts'
import { type Read, readYaml } from './yaml-values.ts'

/** A user's project: its functions, pools and tables as the configuration declares them. */
export interface Project {
  /** The configuration or template, relative to the working folder. */
  readonly file: string
  /** The folder of the configuration. Paths of handlers are relative to it. */
  readonly folder: string
  /** The tool that deploys the project. `template` means SAM, Terraform or plain CloudFormation. */
  readonly kind: 'serverless' | 'cdk' | 'template'
  readonly template: Template
  /** The functions that a deployment leaves out until it names them, under `custom.optional`. */
  readonly optional?: Template
  /** Parts of the configuration that could not be resolved, each as text for a message. */
  readonly unresolved: readonly string[]
}

/** A function that a user pool calls for a trigger. */
export interface TriggerFunction extends CodePlace {
  readonly trigger: TriggerName
  /** The function's name in serverless.yml, or its logical id in a template. */
  readonly name: string
  /** The runtime, such as `nodejs24.x`. Undefined if it is known only at deployment. */
  readonly runtime: string | undefined
  /** The variables whose values are known. A reference to a table of the project has the table's name. */
  readonly environment: Readonly<Record<string, string>>
  /** The pool's name or logical id. Undefined if the pool is not in the project. */
  readonly pool: string | undefined
}

const SERVERLESS = /^serverless(?:\.[\w-]+)*\.(?:ya?ml|json|[cm]?[jt]s)$/
/** Matches a configuration that is a program. */
export const PROGRAM: RegExp = /\.[cm]?[jt]s$/
/** The files that may describe a project, in the order in which they are tried. */
const CONFIGURATIONS: readonly string[] = [
  ...['yml', 'yaml', 'json', 'ts', 'js', 'cjs', 'mjs'].map((extension) => `serverless.${extension}`),
  ...['yaml', 'yml', 'json'].map((extension) => `template.${extension}`),
  join('cdk.out', 'manifest.json'),
]

/** Finds the configuration of a project. Returns its path relative to the folder, or undefined. */
export async function findConfiguration(folder: string): Promise<string | undefined> {
  for (const name of CONFIGURATIONS) {
    if (await isFile(join(folder, name))) return name
  }
  return undefined
}

/** Returns true for a Serverless configuration. Checks the content too, because `--config` accepts any file name. */
export function isServerlessConfiguration(file: string, { value }: Read): boolean {
  if (isObject(value) && isObject(value.Resources)) return false
  return SERVERLESS.test(basename(file)) || (isObject(value) && 'service' in value && 'provider' in value)
}

/**
 * Reads the project in a folder. Resolves the variables of a Serverless configuration itself, and runs the framework only for the
 * variables that remain, if it is installed.
 *
 * @param named The configuration or template; by default the one in the working folder.
 * @param options `framework: false` never runs the framework.
 * @returns undefined if the folder has no configuration.
 * @throws UsageError if the configuration is missing or invalid.
 * @example
 * const project = await openProject(undefined, { working: folder, environment, signal, onNote: (note) => notes.push(note) })
 */
export async function openProject(
  named: string | undefined,
  options: FrameworkOptions & { readonly working: string; readonly framework?: boolean },
): Promise<Project | undefined> {
  const { working } = options
  const found = named ?? (await findConfiguration(working))
  if (found === undefined) return undefined
  const path = await followManifest(resolve(working, found), options.onNote)
  const file = relative(working, path) || path
  const folder = findProjectFolder(path)
  const service = { file, folder, kind: 'serverless' } as const
  if (PROGRAM.test(path)) return { ...service, ...toDeclaredTemplate(file, await printConfiguration(path, file, options)) }
  const read = readYaml(file, await readTemplateText(path, file))
  if (!isServerlessConfiguration(file, read)) {
    const kind = /\.template\.json$/.test(path) ? 'cdk' : 'template'
    return { file, folder, kind, template: parseTemplate(file, read), unresolved: [] }
  }
  const resolved = await resolveVariables(read.value, { folder, environment: options.environment })
  const declared = toDeclaredTemplate(file, resolved)
  const isResolved = declared.unresolved.length === 0 && !hasUnknownHandler(declared.template)
  if (isResolved || options.framework === false) return { ...service, ...declared }
  const printed = await printService(path, options).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error
    options.onNote(`${file}: ${error.message}, so some variables stay unresolved`)
    return undefined
  })
  return { ...service, ...(printed === undefined ? declared : toDeclaredTemplate(file, parseJson(file, printed))) }
}

/** Returns true if the Serverless Framework rejects the event of a trigger. Another tool then attaches the function. */
export function isRejectedEvent(trigger: TriggerName | undefined): trigger is 'InboundFederation' {
  return trigger === 'InboundFederation'
}

/** Returns the functions that the project's user pools call, in the order of the configuration. */
export function listTriggerFunctions({ template }: Project): readonly TriggerFunction[] {
  const attached = listAttached(template).flatMap(({ trigger, target, pool }) =>
    target === undefined ? [] : [toTriggerFunction(template, target, trigger, pool)],
  )
  // Without an event, only the function's name shows the trigger.
  const unattached = findResources(template, 'AWS::Lambda::Function').flatMap((target) => {
    const name = toFunctionName(target.id)
    const trigger = parseTriggerName(name)
    const isNamed = isRejectedEvent(trigger) && !attached.some((each) => each.name === name)
    return isNamed ? [toTriggerFunction(template, target, trigger, undefined)] : []
  })
  return [...attached, ...unattached]
}

/**
 * Returns the functions for triggers that a deployment leaves out until it names them. A function without an event is named like its
 * trigger, because the framework has no event for every trigger.
 */
export function listOptionalFunctions({ template, optional }: Project): readonly TriggerFunction[] {
  if (optional === undefined) return []
  const attached = listAttached(optional)
  return findResources(optional, 'AWS::Lambda::Function').flatMap((target): readonly TriggerFunction[] => {
    if (template.resources.has(target.id)) return []
    const call = attached.find((each) => each.target?.id === target.id)
    const trigger = call?.trigger ?? parseTriggerName(toFunctionName(target.id))
    return trigger === undefined ? [] : [toTriggerFunction(optional, target, trigger, call?.pool)]
  })
}

function toTriggerFunction(template: Template, target: Resource, trigger: TriggerName, pool: Resource | undefined): TriggerFunction {
  const runtime = toSymbolic(target.properties.Runtime)
  return {
    trigger,
    name: toFunctionName(target.id),
    ...readCodePlace(target),
    runtime: runtime !== undefined && isKnown(runtime) ? runtime : undefined,
    environment: readEnvironment(target, template),
    pool: pool && (toSymbolic(pool.properties.UserPoolName) ?? pool.id),
  }
}

/** Returns the variables of a function whose values are known. */
function readEnvironment({ properties }: Resource, template: Template): Readonly<Record<string, string>> {
  const declared = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  const known = Object.entries(isObject(declared) ? declared : {}).flatMap(([name, value]): readonly [string, string][] => {
    const text = toSymbolic(value)
    if (text === undefined) return []
    const table = template.resources.get(parseReference(text)?.id ?? '')
    if (table?.type.startsWith('AWS::DynamoDB::') && parseReference(text)?.attribute === undefined) return [[name, findTableName(table)]]
    return isKnown(text) ? [[name, text]] : []
  })
  return Object.fromEntries(known)
}

/** Returns the name of a table. A table without a known name has its logical id as its local name. */
export function findTableName({ id, properties }: Resource): string {
  const name = toSymbolic(properties.TableName)
  return name !== undefined && isKnown(name) ? name : id
}

/** Converts the logical id that the Serverless Framework generates back to the function's name. */
function toFunctionName(id: string): string {
  const [, base] = /^(.+)LambdaFunction$/.exec(id) ?? []
  return base === undefined ? id : `${base.charAt(0).toLowerCase()}${base.slice(1)}`.replaceAll('Dash', '-').replaceAll('Underscore', '_')
}

function hasUnknownHandler(template: Template): boolean {
  return findResources(template, 'AWS::Lambda::Function').some(
    ({ properties }) => typeof properties.Handler === 'string' && !isKnown(properties.Handler),
  )
}

async function printConfiguration(path: string, file: string, options: FrameworkOptions): Promise<unknown> {
  const printed = await printService(path, options)
  if (printed === undefined)
    throw new UsageError(
      `${file}: a configuration program is read through the framework, and osls is not installed. Run: npm install --save-dev osls`,
    )
  return parseJson(file, printed)
}

/** Returns the template of a CDK app. If several stacks have user pools, uses the first and notes the others. */
export async function followManifest(path: string, onNote: (note: string) => void): Promise<string> {
  if (basename(path) !== 'manifest.json') return path
  const manifest = tryParseJson(await readTemplateText(path, path))
  const artifacts = isObject(manifest) && isObject(manifest.artifacts) ? Object.values(manifest.artifacts) : []
  const templates = artifacts.flatMap((each) => {
    const properties = isObject(each) && isObject(each.properties) ? each.properties : {}
    return typeof properties.templateFile === 'string' ? join(dirname(path), properties.templateFile) : []
  })
  const texts = await Promise.all(templates.map((each) => readFile(each, 'utf8').catch(() => '')))
  const [first, ...others] = templates.filter((_, index) => texts[index]?.includes('AWS::Cognito::UserPool"'))
  if (first === undefined) throw new UsageError(`${path}: no stack of this app has a user pool. Name a template with --config FILE`)
  if (others.length > 0)
    onNote(
      `reads ${basename(first)}. Other stacks with user pools: ${others.map((each) => basename(each)).join(', ')}. Choose one with --config FILE`,
    )
  return first
}
