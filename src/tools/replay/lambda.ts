import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RuleDescription } from '../lib/description.ts'
import type { AnswerForm, FunctionError, Reply } from './child-messages.ts'
import { isOwnLine } from './handler-log.ts'
import { hideSecrets } from './hide-secrets.ts'
import { createExitError, type Invocation, OUT_OF_TURN, toInvocation } from './invocation.ts'
import { formatThrown } from './rule-trace.ts'
import { type CallbackSupport, describeForm, findCallbackSupport } from './runtime.ts'
import { createSourcePlaceFinder, type SourcePlace } from './source-place.ts'
import { type Ended, startWorker, type Worker } from './worker.ts'

/** A handler in a child process. The process stays warm between events, as in Lambda. */
export interface LambdaFunction {
  /**
   * Invokes the handler once. Its result never depends on the event before it. The next invocation starts a new process if the
   * process exits, if the handler times out, or if it leaves work behind.
   */
  readonly invoke: (event: unknown, limitMs: number) => Promise<Invocation>
  /** Returns the handler's composition. Returns undefined if the handler was not made with Lifeguard or cannot be loaded. */
  readonly rule: () => Promise<RuleDescription | undefined>
  /** Returns the error with which the handler failed to load. Undefined if it loaded. */
  readonly loadError: () => Promise<FunctionError | undefined>
  /** Lets the process exit by itself, so that V8 writes a coverage report. Kills the process if it does not exit in time. */
  readonly end: () => Promise<void>
  /** Kills the process. */
  readonly stop: () => Promise<void>
}

/** Options of {@link createLambdaFunction}. */
export interface LambdaOptions {
  /** The working folder. Places in sources are printed relative to it. */
  readonly folder: string
  /** The built file, as an absolute path. */
  readonly file: string
  readonly exported: string
  readonly environment: Readonly<Record<string, string>>
  /** The runtime, such as `nodejs22.x`. If undefined, handlers may answer in the ways of every runtime, and get a note. */
  readonly runtime?: string | undefined
  /** The folder that Lambda gets, as an absolute path. Undefined if it is unknown. See `loadModule`. */
  readonly packageRoot?: string | undefined
  /** Receives each line that the handler prints, except its decisions and metrics. */
  readonly onOutput: (line: string) => void
  /** Receives notes about the handler for the user. */
  readonly onNote: (note: string) => void
}

// Lambda's limit for the init phase of an on-demand function.
const INIT_LIMIT_MS = 10_000
// The time to wait for the end of the log, in milliseconds. The log uses another pipe than the answer, so the log may arrive later.
const LOG_LAG_MS = 1000
// The time to wait after an answer, in milliseconds. Longer than the time that the child process waits for work left behind.
const SETTLE_LIMIT_MS = 1000
// The time to wait for the exit of the process, in milliseconds. Long, because V8 may write the coverage report of a large bundle.
const EXIT_LIMIT_MS = 10_000

interface Loaded {
  readonly worker: Worker
  readonly rule: RuleDescription | undefined
}
type Failure = { readonly error: FunctionError }

/** The parts of a function that do not change between its processes. */
interface Lambda extends LambdaOptions {
  readonly callbacks: CallbackSupport
  readonly findPlace: SourcePlace
}

/** Creates a local Lambda function that runs a handler. Its child process starts at the first use. */
export function createLambdaFunction(options: LambdaOptions): LambdaFunction {
  const noted = new Set<string>()
  const lambda: Lambda = {
    ...options,
    callbacks: findCallbackSupport(options.runtime),
    findPlace: createSourcePlaceFinder(options.folder),
    onNote: (note) => {
      if (!noted.has(note)) options.onNote(note)
      noted.add(note)
    },
  }
  let worker: Worker | undefined
  let current: Promise<Loaded | Failure> | undefined
  // True if the process of the last event must not run another event.
  let isSpent = false

  const loaded = async (): Promise<Loaded | Failure> => {
    if (isSpent) {
      isSpent = false
      current = undefined
      await worker?.kill()
    }
    if (current === undefined) {
      worker = startWorker(options)
      current = load(worker, lambda)
    }
    return current
  }

  const invoke = async (event: unknown, limitMs: number): Promise<Invocation> => {
    const ready = await loaded()
    if ('error' in ready) return { kind: 'notStarted', error: ready.error, decision: null, durationMs: 0 }
    const requestId = randomUUID()
    const startedAt = performance.now()
    const reply = hideSecrets(await askToInvoke(ready.worker, lambda, { requestId, event, limitMs }), event)
    const durationMs = performance.now() - startedAt
    if (reply?.kind === 'ended' && reply.requestId !== undefined && reply.requestId !== requestId) {
      isSpent = true
      lambda.onNote(`left work behind, which ended the process of a later event${await describeEnd(reply, lambda)}`)
      return invoke(event, limitMs)
    }
    const isAnswer = reply?.kind === 'returned' || reply?.kind === 'threw'
    const left = isAnswer ? await settle(ready.worker, lambda) : undefined
    isSpent = left?.isClean !== true
    const form = (isAnswer ? reply.form : undefined) ?? left?.form
    return { ...(await toInvocation(reply, lambda.findPlace)), durationMs, ...noteForm(form, lambda) }
  }

  return {
    invoke,
    async rule() {
      const ready = await loaded()
      return 'error' in ready ? undefined : ready.rule
    },
    async loadError() {
      const ready = await loaded()
      return 'error' in ready ? ready.error : undefined
    },
    async end() {
      if (worker !== undefined) await waitAtMost(EXIT_LIMIT_MS, worker.end())
      await worker?.kill()
    },
    async stop() {
      await worker?.kill()
    },
  }
}

async function load(worker: Worker, lambda: Lambda): Promise<Loaded | Failure> {
  const { file, exported, packageRoot, callbacks, folder, onNote } = lambda
  const reply = await waitAtMost(INIT_LIMIT_MS, worker.ask({ kind: 'load', file, exported, packageRoot, callbacks }))
  if (reply !== undefined && reply.kind === 'ready') {
    const { ignoredPackage, takesCallback } = reply
    if (takesCallback) onNote(describeForm('callback'))
    if (ignoredPackage !== undefined) {
      const path = relative(folder, ignoredPackage)
      onNote(`is a CommonJS module, but ${path} has "type": "module". If Lambda gets this package.json, the handler does not start there`)
    }
    return { worker, rule: reply.rule }
  }
  await worker.kill()
  if (reply === undefined) {
    return {
      error: { name: 'InitTimeout', message: `The handler did not load within ${INIT_LIMIT_MS / 1000} seconds, the limit of Lambda` },
    }
  }
  if (reply.kind === 'not-started') return { error: reply.error }
  return { error: reply.kind === 'ended' ? createExitError(reply) : OUT_OF_TURN }
}

interface Asked {
  readonly requestId: string
  readonly event: unknown
  readonly limitMs: number
}

/** Sends an event to the handler's process. Returns undefined after the time limit. */
async function askToInvoke(worker: Worker, { onOutput }: Lambda, { requestId, event, limitMs }: Asked): Promise<Reply | Ended | undefined> {
  const endMark = randomUUID()
  const logEnded = new Promise<void>((resolve) => {
    worker.listen((line) => {
      if (line === endMark) resolve()
      else if (line !== '' && !isOwnLine(line, requestId)) onOutput(line)
    })
  })
  const reply = await waitAtMost(limitMs, worker.ask({ kind: 'invoke', requestId, event: JSON.stringify(event), limitMs, endMark }))
  if (reply?.kind === 'returned' || reply?.kind === 'threw') await waitAtMost(LOG_LAG_MS, logEnded)
  return reply
}

interface Settled {
  /** True if the process may run another event. */
  readonly isClean: boolean
  readonly form?: AnswerForm | undefined
}

/** Gives the process a moment after its answer. Notes the work that is left then, which Lambda would continue at the next event. */
async function settle(worker: Worker, lambda: Lambda): Promise<Settled> {
  const reply = await waitAtMost(SETTLE_LIMIT_MS, worker.ask({ kind: 'settle' }))
  if (reply?.kind === 'ended') {
    lambda.onNote(`ended its process after its answer${await describeEnd(reply, lambda)}. In Lambda, a later event may fail`)
    return { isClean: false, form: reply.form }
  }
  if (reply?.kind !== 'settled') return { isClean: false }
  const { left, form } = reply
  if (left.length > 0) {
    const types = [...new Set(left)].join(', ')
    lambda.onNote(`left work behind (${types}), which Lambda continues at the next event. Replay starts a new process for each event`)
  }
  return { isClean: left.length === 0, form }
}

async function describeEnd({ error }: Ended, { findPlace }: Lambda): Promise<string> {
  return error === undefined ? '' : `: ${await formatThrown(error, findPlace)}`
}

/** Notes how the handler answered, if not every runtime supports it. Returns the note if the function's runtime does not support it. */
function noteForm(form: AnswerForm | undefined, { callbacks, onNote }: Lambda): { readonly unsupported?: string } {
  if (form === undefined) return {}
  const note = describeForm(form)
  const isUnsupported = form === 'return' ? callbacks === 'supported' : callbacks === 'removed'
  onNote(note)
  return isUnsupported ? { unsupported: note } : {}
}

/** Waits for a promise. Returns undefined after the time limit. */
async function waitAtMost<V>(ms: number, promise: Promise<V>): Promise<V | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([promise, sleep(ms, undefined, { signal: over.signal })])
  } finally {
    over.abort()
  }
}
