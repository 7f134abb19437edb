import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { MASKED_MESSAGE } from '../../shared/lambda/errors.ts'
import { bundleHandler } from '../lib/build.ts'
import { NOWHERE } from '../lib/environment.ts'
import { MissingPeerError, UsageError } from '../lib/errors.ts'
import { listAttached } from '../project/attached.ts'
import { type Found, findCode, isNode, readInlineCode } from '../project/find-code.ts'
import { findResources, type Resource, type Template } from '../project/template.ts'
import type { FunctionError, Reply } from '../replay/child-messages.ts'
import { type Ended, startWorker } from '../replay/worker.ts'
import { buildEnvironment, type FunctionEnvironment } from './build-environment.ts'
import { type Code, isSweeper } from './loaded.ts'

/** Options for `loadCode`. */
export interface LoadOptions {
  /** The project folder. */
  readonly folder: string
  /** True to load the handlers, which runs their top-level code. */
  readonly load: boolean
}

// The time that a handler has to load. Lambda has the same limit for the init phase.
const INIT_LIMIT_MS = 10_000
// The maximum number of child processes. Each loads one handler, and uses a CPU while it starts.
const AT_ONCE = 4
// The maximum number of lines that doctor keeps of a handler's output, to report why the handler does not start.
const MOST_LINES = 200
// Matches source code that may be a Lifeguard handler: the source or bundle contains the name of a trigger or of the package.
const NAMES_A_TRIGGER = new RegExp(`\\b(?:${TRIGGER_NAMES.join('|')})\\b|cognito-lifeguard`, 'i')
// Turns off Node's warnings, because doctor could not distinguish them from the error lines that a handler prints.
const STARTED_WITH = { ...NOWHERE, NODE_NO_WARNINGS: '1' }
const OTHER = { rule: undefined, trigger: undefined, takesCallback: undefined, fault: undefined } as const
// Matches errors that only this machine may have, such as a missing file of a Lambda layer. Such an error causes no finding.
const OF_THIS_MACHINE = /\b(?:ENOENT|EACCES|ECONNREFUSED|ENOTFOUND|ERR_MODULE_NOT_FOUND)\b|Cannot find (?:module|package)/

/** Loads the handlers that user pools call, and other handlers that may be triggers. Returns the code by the logical id of the function. */
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

/** Runs a task for each item, at most `atOnce` at a time. Returns the results in the order of the items. */
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
  if (!isNode(lambda))
    return isAttached ? { ...OTHER, text: undefined, problem: 'the runtime is not Node.js, or is known only at deployment' } : undefined
  const inline = readInlineCode(lambda)
  if (inline !== undefined)
    return { ...OTHER, takesCallback: hasThreeParameters(inline), text: inline, problem: "the function's code is inline in the template" }
  const found = await findCode(folder, lambda)
  if (found === undefined) return isAttached ? { ...OTHER, text: undefined, problem: "the function's code was not found" } : undefined
  if (found === 'outside') {
    const problem = `the function's code is outside the project folder ${folder}`
    return isAttached ? { ...OTHER, text: undefined, problem } : undefined
  }
  const text = await readFile(found.file, 'utf8')
  if (!isAttached && isSweeper(text)) return { ...OTHER, text, problem: 'the sweeper has no rules' }
  if (!isAttached && !NAMES_A_TRIGGER.test(text)) return undefined
  if (!load)
    return { ...OTHER, takesCallback: hasThreeParameters(text), text, problem: 'the handler is not loaded because of --no-handlers' }
  const reply = await loadExport(found, buildEnvironment(lambda, template))
  if (reply.kind === 'unloaded')
    return { ...OTHER, takesCallback: hasThreeParameters(text), text, problem: reply.problem, fault: reply.fault }
  const { rule, trigger, takesCallback } = reply
  return {
    ...OTHER,
    rule,
    trigger,
    takesCallback,
    text,
    problem: rule === undefined ? 'the handler was not made with Lifeguard' : undefined,
  }
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
  // The child process sets the template's variables only after Node has started, so they cannot change how Node starts.
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
  if (reply === undefined) return toUnloaded('the handler did not load within 10 seconds, the limit of Lambda')
  if (reply.kind === 'ready') return reply
  return reply.kind === 'not-started'
    ? describeFailedStart(reply.error, printed, environment, folder)
    : toUnloaded('the child process exited while the handler loaded')
}

/** Explains a failed start. An error of `maskInitErrors` always has the same message, so the explanation is in the printed lines. */
function describeFailedStart(
  { name, message }: FunctionError,
  printed: readonly string[],
  environment: FunctionEnvironment,
  folder: string,
): Unloaded {
  const problem = 'the handler does not start'
  const isAtInit = message === MASKED_MESSAGE && printed.length > 0
  const reason = isAtInit ? printed.join('\n') : message
  const list = environment.missingList(reason, folder)
  if (list !== undefined) return { kind: 'unloaded', problem, fault: `${list} names a list of domains that is not in the handler's folder` }
  const isCertain = isAtInit ? !OF_THIS_MACHINE.test(reason) && environment.isOfTemplate(reason) : name === 'Runtime.HandlerNotFound'
  // Masks values before splitting the lines, because a value can have several lines.
  const shown = environment.withoutValues(reason)
  const summary = isAtInit ? joinInOneLine(shown.split('\n')) : takeFirstLine(shown)
  return isCertain ? { kind: 'unloaded', problem, fault: summary } : toUnloaded(`${problem}: ${summary}`)
}

/** Returns true if the source declares a handler with three parameters; undefined if the source does not show the parameters. */
function hasThreeParameters(text: string): boolean | undefined {
  const declared = /\bhandler\s*=\s*(?:async\s*)?(?:function(?:\s+\w+)?\s*)?\(([^()]*)\)|\bfunction\s+handler\s*\(([^()]*)\)/.exec(text)
  const parameters = declared?.[1] ?? declared?.[2]
  return parameters === undefined ? undefined : parameters.split(',').filter((each) => each.trim() !== '').length > 2
}

function takeFirstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

/** Joins lines by `; `, except after a line that ends with a colon. */
function joinInOneLine(lines: readonly string[]): string {
  const text = lines.map((line) => line.trim()).filter((line) => line !== '')
  return text.join('; ').replaceAll(':; ', ': ')
}
