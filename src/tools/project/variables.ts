import { resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import type { Environment } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { readLimited } from './parse-yaml.ts'
import { readYaml } from './yaml-values.ts'

/** The sources of variables outside the configuration. */
export interface VariableSources {
  /** The folder of the configuration. Paths of `${file(...)}` start here. */
  readonly folder: string
  readonly environment: Environment
}

// An innermost variable: `${type:address}` or `${type(argument):address}`, with fallbacks after commas. `${AWS::Region}` and `${Name}` are
// references of CloudFormation, which have no such form.
const VARIABLE = /\$\{([a-zA-Z][\w-]*(?:\([^(){}]*\))?:(?!:)[^{}]*|file\([^(){}]*\)[^{}]*)\}/
const SOURCE = /^([a-zA-Z][\w-]*)(?:\(([^)]*)\))?(?::(.*))?$/s
// Ends the work on a configuration whose variables expand to each other.
const MOST_STEPS = 20_000
const DEEPEST = 60

type Resolved = { readonly value: unknown } | undefined
interface State {
  readonly depth: number
  readonly active: ReadonlySet<string>
}

/**
 * Resolves the variables of a Serverless configuration: `self`, `opt`, `sls`, `env`, `param` and `file` of YAML, JSON and text. The
 * text of any other variable stays as it is, so a caller can see that the value is unknown.
 *
 * @see https://github.com/oss-serverless/serverless/blob/main/docs/guides/variables.md
 * @example
 * await resolveVariables({ custom: { folder: 'dist' }, handler: '${self:custom.folder}/pre.handler' }, { folder: '.', environment: {} })
 */
export async function resolveVariables(root: unknown, { folder, environment }: VariableSources): Promise<unknown> {
  const files = new Map<string, Promise<Resolved>>()
  let steps = 0

  const resolveValue = async (value: unknown, state: State): Promise<unknown> => {
    if (typeof value === 'string') return resolveText(value, state)
    if (state.depth > DEEPEST) return value
    const deeper = { ...state, depth: state.depth + 1 }
    if (Array.isArray(value)) return Promise.all(value.map((item) => resolveValue(item, deeper)))
    if (!isObject(value)) return value
    const entries = Object.entries(value).map(async ([key, inner]) => [key, await resolveValue(inner, deeper)] as const)
    return Object.fromEntries(await Promise.all(entries))
  }

  const resolveText = async (text: string, state: State): Promise<unknown> => {
    const found = VARIABLE.exec(text)
    steps += 1
    if (found === null || steps > MOST_STEPS || state.depth > DEEPEST) return text
    const [whole, inside = ''] = found
    const deeper = { ...state, depth: state.depth + 1 }
    const resolved = await resolveSources(inside, deeper)
    const [before, after] = [text.slice(0, found.index), text.slice(found.index + whole.length)]
    if (before === '' && after === '') return resolved === undefined ? text : resolveValue(resolved.value, deeper)
    const value = resolved === undefined ? undefined : await resolveValue(resolved.value, deeper)
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (known) {
      // A variable that is a fallback of another one becomes a literal of it.
      const isFallback = /,\s*$/.test(before) && /^\s*[,}]/.test(after) && typeof value === 'string'
      return resolveText(`${before}${isFallback ? `'${value.replaceAll("'", '')}'` : value}${after}`, deeper)
    }
    // Leaves this variable, and resolves the text after it.
    return `${before}${whole}${String(await resolveText(after, deeper))}`
  }

  /** Tries a variable and its fallbacks in order. */
  const resolveSources = async (inside: string, state: State): Promise<Resolved> => {
    for (const source of inside.split(/,(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/).map((each) => each.trim())) {
      const resolved = parseLiteral(source) ?? (await resolveSource(source, state))
      // An unknown source may exist at deployment, so its fallback must not replace it.
      if (resolved === 'unknown') return undefined
      if (resolved !== undefined && resolved.value !== undefined && resolved.value !== null) return resolved
    }
    return undefined
  }

  const resolveSource = async (source: string, state: State): Promise<Resolved | 'unknown'> => {
    if (state.active.has(source)) return 'unknown'
    const inner = { depth: state.depth + 1, active: new Set([...state.active, source]) }
    const [, type = '', argument = '', address = ''] = SOURCE.exec(source) ?? []
    if (type === 'self') return walk(root, address, inner)
    if (type === 'env') return { value: environment[address] }
    if (type === 'opt') return address === 'stage' || address === 'region' ? undefined : { value: undefined }
    if (type === 'sls' && address === 'stage') return resolveStage(inner)
    if (type === 'param') return resolveParameter(address, inner)
    if (type !== 'file') return 'unknown'
    const file = await readFileOnce(resolve(folder, argument.trim()))
    return file === undefined ? 'unknown' : walk(file.value, address, inner)
  }

  const resolveStage = async (state: State): Promise<Resolved> => {
    const declared = await walk(root, 'provider.stage', state)
    return typeof declared?.value === 'string' && !declared.value.includes('${') ? declared : { value: 'dev' }
  }

  const resolveParameter = async (name: string, state: State): Promise<Resolved | 'unknown'> => {
    const stage = (await resolveStage(state))?.value
    for (const holder of [`params.${stage}`, `stages.${stage}.params`, 'params.default', 'stages.default.params']) {
      const found = await walk(root, `${holder}.${name}`, state)
      if (found?.value !== undefined) return found
    }
    return { value: undefined }
  }

  /** Follows an address through maps and lists, and resolves variables on the way. */
  const walk = async (from: unknown, address: string, state: State): Promise<Resolved> => {
    let value: unknown = from
    for (const step of address.split('.').filter((each) => each !== '')) {
      if (typeof value === 'string') value = await resolveText(value, state)
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
      value = Reflect.get(value, step)
    }
    return { value: await resolveValue(value, state) }
  }

  const readFileOnce = (path: string): Promise<Resolved> => {
    const read = files.get(path) ?? readPart(path)
    files.set(path, read)
    return read
  }

  return resolveValue(root, { depth: 0, active: new Set() })
}

function parseLiteral(source: string): Resolved {
  const [, text] = /^(?:'([^']*)'|"([^"]*)")$/.exec(source)?.filter((each) => each !== undefined) ?? []
  if (text !== undefined) return { value: text }
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(source)) return { value: JSON.parse(source) }
  return undefined
}

/** Reads an included file. Returns undefined for a program, a missing file and an invalid file. */
async function readPart(path: string): Promise<Resolved> {
  if (/\.[cm]?[jt]s$/.test(path)) return undefined
  const text = await readLimited(path, path).catch(() => undefined)
  if (text === undefined) return undefined
  if (!/\.(?:ya?ml|json)$/.test(path)) return { value: text.trim() }
  try {
    return { value: readYaml(path, text).value }
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}
