import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RuleDescription } from '../lib/description.ts'
import type { Broke, FunctionError, RuleAnswerText } from './child-messages.ts'
import { type HandlerLog, type LoggedRule, readLogLine } from './handler-log.ts'
import { createSourcePlaceFinder, type SourcePlace } from './source-place.ts'
import { type Ended, startWorker, type Worker } from './worker.ts'

/** What came of an invocation. */
export type Invocation = {
  /** What the handler logged of its decision; null where it was not made with Lifeguard, or was ended before. */
  readonly log: HandlerLog | null
} & (
  | { readonly kind: 'returned'; readonly json: string }
  | { readonly kind: 'threw'; readonly error: FunctionError }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'crashed'; readonly error: FunctionError }
  /** It could not even be loaded; neither will it be the next time. */
  | { readonly kind: 'notStarted'; readonly error: FunctionError }
)

/** A handler in a process of its own, kept warm from one event to the next as Lambda does. */
export interface LambdaFunction {
  /** Invokes it once. A process that does not answer in time, or ends, is replaced for the next invocation. */
  readonly invoke: (event: unknown, limitMs: number) => Promise<Invocation>
  /** The handler's composition; undefined where it was not made with Lifeguard or cannot be loaded. */
  readonly rule: () => Promise<RuleDescription | undefined>
  /** Lets its process exit by itself, which then writes its coverage. Kills one that does not exit. */
  readonly end: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Which handler, and where it runs. */
export interface LambdaOptions {
  /** The working folder, which places in sources are told relative to. */
  readonly folder: string
  /** The built file, as an absolute path. */
  readonly file: string
  readonly exported: string
  readonly environment: Readonly<Record<string, string>>
  /** Gets what the handler itself prints, line by line: neither its decisions nor its metrics. */
  readonly onOutput: (line: string) => void
  /** Gets what a person should know about the handler. */
  readonly onNote: (note: string) => void
}

// Lambda ends the init phase of an on-demand function after ten seconds.
const INIT_LIMIT_MS = 10_000
// How long the end of a log may trail behind the answer; they come by different pipes.
const LOG_LAG_MS = 1000
// V8's coverage of a large bundle takes a moment to write.
const EXIT_LIMIT_MS = 10_000

type Loaded = { readonly worker: Worker; readonly rule: RuleDescription | undefined }
type Failure = { readonly error: FunctionError }

/** Prepares a handler; its process starts with the first use. */
export function createLambdaFunction(options: LambdaOptions): LambdaFunction {
  const findPlace = createSourcePlaceFinder(options.folder)
  let worker: Worker | undefined
  let current: Promise<Loaded | Failure> | undefined

  const loaded = (): Promise<Loaded | Failure> => {
    if (current === undefined) {
      worker = startWorker(options)
      current = load(worker, options)
    }
    return current
  }

  return {
    async invoke(event, limitMs) {
      const ready = await loaded()
      if ('error' in ready) return { kind: 'notStarted', error: ready.error, log: null }
      const invocation = await invokeOn({ ...ready, findPlace }, options, event, limitMs)
      if (invocation.kind === 'timedOut' || invocation.kind === 'crashed') {
        current = undefined
        await ready.worker.kill()
      }
      return invocation
    },
    async rule() {
      const ready = await loaded()
      return 'error' in ready ? undefined : ready.rule
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

async function load(worker: Worker, { file, exported, onNote }: LambdaOptions): Promise<Loaded | Failure> {
  const reply = await waitAtMost(INIT_LIMIT_MS, worker.ask({ kind: 'load', file, exported }))
  if (reply !== undefined && reply.kind === 'ready') {
    if (reply.takesCallback) onNote('takes a callback as its third parameter, which Lambda refuses from nodejs24.x on')
    return { worker, rule: reply.rule }
  }
  await worker.kill()
  if (reply === undefined) {
    return {
      error: { name: 'InitTimeout', message: `The handler was not loaded after ${INIT_LIMIT_MS / 1000} seconds, when Lambda gives up` },
    }
  }
  if (reply.kind === 'not-started') return { error: reply.error }
  return { error: reply.kind === 'ended' ? createExitError(reply) : OUT_OF_TURN }
}

interface On {
  readonly worker: Worker
  readonly findPlace: SourcePlace
}

async function invokeOn({ worker, findPlace }: On, options: LambdaOptions, event: unknown, limitMs: number): Promise<Invocation> {
  const requestId = randomUUID()
  const endMark = randomUUID()
  let log: HandlerLog | null = null
  const logEnded = new Promise<void>((resolve) => {
    worker.listen((line) => {
      if (line === endMark) return resolve()
      const read = readLogLine(line, requestId)
      if (read.kind === 'decision') log = read.log
      else if (read.kind === 'other' && line !== '') options.onOutput(line)
    })
  })
  const reply = await waitAtMost(limitMs, worker.ask({ kind: 'invoke', requestId, event: JSON.stringify(event), limitMs, endMark }))
  if (reply === undefined) return { kind: 'timedOut', log }
  if (reply.kind === 'returned' || reply.kind === 'threw') {
    await waitAtMost(LOG_LAG_MS, logEnded)
    if (reply.kind === 'threw') return { kind: 'threw', error: reply.error, log: await withCauses(log, reply.broke, findPlace) }
    const { json, broke, answers } = reply
    return { kind: 'returned', json, log: withAnswers(await withCauses(log, broke, findPlace), answers) }
  }
  return { kind: 'crashed', error: reply.kind === 'ended' ? createExitError(reply) : OUT_OF_TURN, log }
}

/** A handler's log with what broke its rules and what they explain of denials, which the handler itself keeps out of it. */
async function withCauses(log: HandlerLog | null, broke: readonly Broke[], findPlace: SourcePlace): Promise<HandlerLog | null> {
  if (log === null || broke.length === 0) return log
  const causes = new Map(broke.map((cause) => [cause.path, cause]))
  const trace: LoggedRule[] = []
  for (const said of log.trace) {
    const cause = causes.get(said.path)
    const place = cause && (await findPlace(cause.stack))
    trace.push({ ...said, ...(cause && { message: cause.error.message }), ...(place !== undefined && { place }) })
  }
  return { ...log, trace }
}

/** A handler's log with what its rules answered, which the handler itself keeps out of it. */
function withAnswers(log: HandlerLog | null, answers: readonly RuleAnswerText[]): HandlerLog | null {
  if (log === null || answers.length === 0) return log
  const byPath = new Map(answers.map(({ path, answer }) => [path, answer]))
  const trace = log.trace.map((said) => {
    const answer = byPath.get(said.path)
    return answer === undefined ? said : { ...said, answer }
  })
  return { ...log, trace }
}

// Only a handler that writes to its parent's channel itself can do that.
const OUT_OF_TURN: FunctionError = { name: 'Error', message: 'The handler sent a message to replay itself' }

/** In the words of Lambda's runtime. */
function createExitError({ code, signal }: Ended): FunctionError {
  if (signal !== null) return { name: 'Runtime.ExitError', message: `Runtime exited with error: signal: ${signal}` }
  const how = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`
  return { name: 'Runtime.ExitError', message: `Runtime exited ${how}` }
}

/** Waits that long at most; undefined when it was not enough. */
async function waitAtMost<V>(ms: number, promise: Promise<V>): Promise<V | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([promise, sleep(ms, undefined, { signal: over.signal })])
  } finally {
    over.abort()
  }
}
