import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { MASKED_MESSAGE } from '../../shared/lambda/errors.ts'
import { bundleHandler } from '../lib/build.ts'
import { NOWHERE } from '../lib/environment.ts'
import { MissingPeerError, UsageError } from '../lib/errors.ts'
import type { FunctionError, Reply } from '../replay/child-messages.ts'
import { type Ended, startWorker } from '../replay/worker.ts'
import { buildEnvironment, type FunctionEnvironment } from './build-environment.ts'
import { type Found, findCode, isNode, readInlineCode } from './find-code.ts'
import { type Code, isSweeper } from './loaded.ts'
import { findResources, type Resource, type Template } from './template.ts'
import { listAttached } from './triggers.ts'

/** How code is looked for. */
export interface LoadOptions {
  /** Of the project. */
  readonly folder: string
  /** Whether handlers are loaded, which runs what stands outside their functions. */
  readonly load: boolean
}

// Lambda ends the init phase after ten seconds.
const INIT_LIMIT_MS = 10_000
// Each is a process that is busy while it starts.
const AT_ONCE = 4
// Of what a handler prints as it breaks nobody reads more.
const MOST_LINES = 200
// What a bundle of Lifeguard or the source of one has in it, in the words of Cognito or in camel case.
const NAMES_A_TRIGGER = new RegExp(`\\b(?:${TRIGGER_NAMES.join('|')})\\b|cognito-lifeguard`, 'i')
// Node's own warnings would stand among the reasons that a handler prints.
const STARTED_WITH = { ...NOWHERE, NODE_NO_WARNINGS: '1' }
const OTHER = { rule: undefined, trigger: undefined, takesCallback: undefined, fault: undefined } as const
// Of errors that begin to tell of this machine: a file that a layer brings, a package that is not installed.
const OF_THIS_MACHINE = /\b(?:ENOENT|EACCES|ECONNREFUSED|ENOTFOUND|ERR_MODULE_NOT_FOUND)\b|Cannot find (?:module|package)/

/** Reads the code of all functions that pools call, and of others that look as if a pool should. */
export async function loadCode(template: Template, options: LoadOptions): Promise<ReadonlyMap<string, Code>> {
  const attached = new Set(listAttached(template).map(({ target }) => target?.id))
  const functions = findResources(template, 'AWS::Lambda::Function')
  const codes = await mapInParallel(functions, AT_ONCE, (lambda) => loadFunctionCode(lambda, attached.has(lambda.id), template, options))
  return new Map(
    functions.flatMap(({ id }, index): readonly [string, Code][] => {
      const code = codes[index]
      return code === undefined ? [] : [[id, code]]
    }),
  )
}

/** Runs a task for each item, a few at a time, and returns the results in the order of the items. */
async function mapInParallel<T, R>(items: readonly T[], atOnce: number, task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const entries = items.entries()
  const run = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await task(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
  return results
}

async function loadFunctionCode(
  lambda: Resource,
  isAttached: boolean,
  template: Template,
  { folder, load }: LoadOptions,
): Promise<Code | undefined> {
  if (!isNode(lambda)) return isAttached ? { ...OTHER, text: undefined, problem: 'it does not run on Node, as far as is known' } : undefined
  const inline = readInlineCode(lambda)
  if (inline !== undefined)
    return { ...OTHER, takesCallback: hasThreeParameters(inline), text: inline, problem: 'its code stands in the template' }
  const found = await findCode(folder, lambda)
  if (found === undefined) return isAttached ? { ...OTHER, text: undefined, problem: 'its code was not found' } : undefined
  if (found === 'outside') {
    const problem = `its code lies outside of ${folder}, the folder of the template`
    return isAttached ? { ...OTHER, text: undefined, problem } : undefined
  }
  const text = await readFile(found.file, 'utf8')
  if (!isAttached && isSweeper(text)) return { ...OTHER, text, problem: 'it has no rules' }
  if (!isAttached && !NAMES_A_TRIGGER.test(text)) return undefined
  if (!load) return { ...OTHER, takesCallback: hasThreeParameters(text), text, problem: 'it was not to be loaded' }
  const reply = await loadExport(found, buildEnvironment(lambda, template))
  if (reply.kind === 'unloaded')
    return { ...OTHER, takesCallback: hasThreeParameters(text), text, problem: reply.problem, fault: reply.fault }
  const { rule, trigger, takesCallback } = reply
  return { ...OTHER, rule, trigger, takesCallback, text, problem: rule === undefined ? 'it was not made with Lifeguard' : undefined }
}

type Ready = Extract<Reply, { readonly kind: 'ready' }>
type Unloaded = { readonly kind: 'unloaded' } & Pick<Code, 'problem' | 'fault'>

function toUnloaded(problem: string): Unloaded {
  return { kind: 'unloaded', problem, fault: undefined }
}

async function loadExport({ file, exported }: Found, environment: FunctionEnvironment): Promise<Ready | Unloaded> {
  const folder = dirname(file)
  if (!/\.[cm]?ts$/.test(file)) return loadInWorker({ file, exported }, environment, folder)
  try {
    const bundle = await bundleHandler(file)
    try {
      return await loadInWorker({ file: bundle.file, exported }, environment, folder)
    } finally {
      await bundle.remove()
    }
  } catch (error) {
    if (error instanceof UsageError || error instanceof MissingPeerError) return toUnloaded(takeFirstLine(error.message))
    throw error
  }
}

async function loadInWorker(found: Found, environment: FunctionEnvironment, folder: string): Promise<Ready | Unloaded> {
  const printed: string[] = []
  const onOutput = (line: string): void => {
    if (printed.length < MOST_LINES) printed.push(line)
  }
  // The template has no say in how the process starts: its variables are set when it runs.
  const worker = startWorker({ environment: STARTED_WITH, onOutput })
  worker.listen(() => undefined)
  const over = new AbortController()
  let reply: Reply | Ended | undefined
  try {
    const late = sleep(INIT_LIMIT_MS, undefined, { signal: over.signal }).catch(() => undefined)
    reply = await Promise.race([worker.ask({ kind: 'load', ...found, environment: environment.variables }), late])
  } finally {
    over.abort()
    await worker.kill()
  }
  if (reply === undefined) return toUnloaded('it was not loaded after ten seconds, when Lambda gives up')
  if (reply.kind === 'ready') return reply
  return reply.kind === 'not-started'
    ? describeFailedStart(reply.error, printed, environment, folder)
    : toUnloaded('its process ended as it was loaded')
}

/** What `maskInitErrors` throws has a fixed message: the reason is what was printed. */
function describeFailedStart(
  { name, message }: FunctionError,
  printed: readonly string[],
  environment: FunctionEnvironment,
  folder: string,
): Unloaded {
  const problem = 'it does not start'
  const isAtInit = message === MASKED_MESSAGE && printed.length > 0
  const told = isAtInit ? printed.join('\n') : message
  const list = environment.missingList(told, folder)
  if (list !== undefined) return { kind: 'unloaded', problem, fault: `${list} names a list of domains that is not beside the handler` }
  const isCertain = isAtInit ? !OF_THIS_MACHINE.test(told) && environment.isOfTemplate(told) : name === 'Runtime.HandlerNotFound'
  // Before it is cut into lines: a value can have several.
  const shown = environment.withoutValues(told)
  const said = isAtInit ? joinInOneLine(shown.split('\n')) : takeFirstLine(shown)
  return isCertain ? { kind: 'unloaded', problem, fault: said } : toUnloaded(`${problem}: ${said}`)
}

/** Judged by the text where the handler is not loaded; undefined where it does not tell. */
function hasThreeParameters(text: string): boolean | undefined {
  const declared = /\bhandler\s*=\s*(?:async\s*)?(?:function(?:\s+\w+)?\s*)?\(([^()]*)\)|\bfunction\s+handler\s*\(([^()]*)\)/.exec(text)
  const parameters = declared?.[1] ?? declared?.[2]
  return parameters === undefined ? undefined : parameters.split(',').filter((each) => each.trim() !== '').length > 2
}

function takeFirstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

/** A list after a colon keeps it, and its entries are told apart. */
function joinInOneLine(lines: readonly string[]): string {
  const text = lines.map((line) => line.trim()).filter((line) => line !== '')
  return text.join('; ').replaceAll(':; ', ': ')
}
