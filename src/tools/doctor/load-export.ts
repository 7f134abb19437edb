import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MASKED_MESSAGE } from '../../shared/lambda/errors.ts'
import { bundleHandler } from '../lib/build.ts'
import { NOWHERE } from '../lib/environment.ts'
import { MissingPeerError, UsageError } from '../lib/errors.ts'
import type { Found } from '../project/find-code.ts'
import type { FunctionError, Reply } from '../replay/child-messages.ts'
import { type Ended, startWorker } from '../replay/worker.ts'
import type { FunctionEnvironment } from './build-environment.ts'
import type { Code } from './loaded.ts'
import { isCertain } from './start-errors.ts'

/** The reply of a handler that was loaded. */
export type Ready = Extract<Reply, { readonly kind: 'ready' }>

/** The reason why a handler was not loaded. */
export type Unloaded = { readonly kind: 'unloaded' } & Pick<Code, 'problem' | 'fault'>

// The time that a handler has to load. Lambda has the same limit for the init phase.
const INIT_LIMIT_MS = 10_000
// The maximum number of lines that doctor keeps of a handler's output, to report why the handler does not start.
const MOST_LINES = 200
// Turns off Node's warnings, because doctor could not distinguish them from the error lines that a handler prints.
const STARTED_WITH = { ...NOWHERE, NODE_NO_WARNINGS: '1' }

/** Loads a handler in a child process. Bundles a handler in TypeScript first. */
export async function loadExport({ file, exported }: Found, environment: FunctionEnvironment): Promise<Ready | Unloaded> {
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
function describeFailedStart(error: FunctionError, printed: readonly string[], environment: FunctionEnvironment, folder: string): Unloaded {
  const problem = 'the handler does not start'
  const isAtInit = error.message === MASKED_MESSAGE && printed.length > 0
  const reason = isAtInit ? printed.join('\n') : error.message
  const list = environment.missingList(reason, folder)
  if (list !== undefined) return { kind: 'unloaded', problem, fault: `${list} names a list of domains that is not in the handler's folder` }
  // Masks values before splitting the lines, because a value can have several lines.
  const shown = environment.withoutValues(reason)
  const summary = isAtInit ? joinInOneLine(shown.split('\n')) : takeFirstLine(shown)
  const named = isAtInit ? { name: 'Error', message: reason } : error
  return isCertain(named, environment) ? { kind: 'unloaded', problem, fault: summary } : toUnloaded(`${problem}: ${summary}`)
}

function toUnloaded(problem: string): Unloaded {
  return { kind: 'unloaded', problem, fault: undefined }
}

function takeFirstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

/** Joins lines by `; `, except after a line that ends with a colon. */
function joinInOneLine(lines: readonly string[]): string {
  const text = lines.map((line) => line.trim()).filter((line) => line !== '')
  return text.join('; ').replaceAll(':; ', ': ')
}
