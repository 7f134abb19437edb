import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RuleDescription } from '../lib/description.ts'
import type { Broke, FunctionError, RuleAnswerText } from './child-messages.ts'
import { type HandlerLog, type LoggedRule, readLogLine } from './handler-log.ts'
import { createSourcePlaceFinder, type SourcePlace } from './source-place.ts'
import { type Ended, startWorker, type Worker } from './worker.ts'

/** The result of an invocation. */
export type Invocation = {
  /** The log line of the decision. Null if the handler was not made with Lifeguard, or was killed before it logged. */
  readonly log: HandlerLog | null
} & (
  | { readonly kind: 'returned'; readonly json: string }
  | { readonly kind: 'threw'; readonly error: FunctionError }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'crashed'; readonly error: FunctionError }
  /** The handler cannot be loaded, so another invocation would fail too. */
  | { readonly kind: 'notStarted'; readonly error: FunctionError }
)

/** A handler in a child process. The process stays warm between events, as in Lambda. */
export interface LambdaFunction {
  /** Invokes the handler once. If the handler times out or its process exits, the next invocation starts a new process. */
  readonly invoke: (event: unknown, limitMs: number) => Promise<Invocation>
  /** Returns the handler's composition. Returns undefined if the handler was not made with Lifeguard or cannot be loaded. */
  readonly rule: () => Promise<RuleDescription | undefined>
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
  /** Receives each line that the handler prints, except its decisions and metrics. */
  readonly onOutput: (line: string) => void
  /** Receives notes about the handler for the user. */
  readonly onNote: (note: string) => void
}

// Lambda's limit for the init phase of an on-demand function.
const INIT_LIMIT_MS = 10_000
// The time to wait for the end of the log, in milliseconds. The log uses another pipe than the answer, so the log may arrive later.
const LOG_LAG_MS = 1000
// The time to wait for the exit of the process, in milliseconds. Long, because V8 may write the coverage report of a large bundle.
const EXIT_LIMIT_MS = 10_000

type Loaded = { readonly worker: Worker; readonly rule: RuleDescription | undefined }
type Failure = { readonly error: FunctionError }

/** Creates a local Lambda function that runs a handler. Its child process starts at the first use. */
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
    if (reply.takesCallback) onNote('takes a callback as third parameter. Lambda does not support callbacks from nodejs24.x on')
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

/** Adds error messages and denial explanations to a log. Handlers do not log these texts, because they may contain personal data. */
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

/** Adds the rules' answers to a log. Handlers do not log answers, because answers may contain personal data. */
function withAnswers(log: HandlerLog | null, answers: readonly RuleAnswerText[]): HandlerLog | null {
  if (log === null || answers.length === 0) return log
  const byPath = new Map(answers.map(({ path, answer }) => [path, answer]))
  const trace = log.trace.map((said) => {
    const answer = byPath.get(said.path)
    return answer === undefined ? said : { ...said, answer }
  })
  return { ...log, trace }
}

// The error for a reply that does not match the request. child.ts never sends one, so the handler must have written it to the pipe.
const OUT_OF_TURN: FunctionError = { name: 'Error', message: 'The handler wrote an invalid reply to the pipe that replay uses' }

/** Creates the error of Lambda's runtime for a process that exited. */
function createExitError({ code, signal }: Ended): FunctionError {
  if (signal !== null) return { name: 'Runtime.ExitError', message: `Runtime exited with error: signal: ${signal}` }
  const how = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`
  return { name: 'Runtime.ExitError', message: `Runtime exited ${how}` }
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
