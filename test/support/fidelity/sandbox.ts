import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { basename, dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { listenOnLoopback } from '../../../src/tools/local/loopback.ts'

/** An error as the runtime client reports it to Lambda. Cognito returns the message to the app that called Cognito. */
export interface ReportedError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** The exit code of a process, or the signal that ended it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** The result of an invocation. The process accepts another event only after `response` and `error`. */
export type Outcome =
  | { readonly kind: 'response'; readonly json: string }
  | { readonly kind: 'error'; readonly error: ReportedError }
  /** The process exited. Lambda reports `Runtime.ExitError` and starts a new process. */
  | { readonly kind: 'exit'; readonly exit: Exit }
  /** The process did not answer in time. Lambda reports `Sandbox.Timedout` and starts a new process. */
  | { readonly kind: 'timeout' }
  /** The init phase failed. */
  | { readonly kind: 'init-error'; readonly error: ReportedError; readonly exit: Exit }

/** A function that runs under AWS's runtime client, with its own Runtime API. */
export interface Sandbox {
  /** Resolves when the client requests its first event, or when the init phase has failed. */
  readonly initialised: Promise<unknown>
  /**
   * Sends an event to the function.
   *
   * @param timeoutMs The time after which the process is killed. Default: 5000.
   * @param toldMs The remaining time that the function reads from its context. Default: `timeoutMs`.
   */
  readonly invoke: (event: unknown, timeoutMs?: number, toldMs?: number) => Promise<Outcome>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Kills the process and returns its output: standard output, standard error and the descriptor of Lambda's log. */
  readonly stop: () => Promise<Written>
}

export interface Written {
  readonly stdout: string
  readonly stderr: string
  readonly telemetry: Buffer
}

/** Options of {@link startSandbox}. */
export interface SandboxOptions {
  /** AWS's runtime client. */
  readonly client: string
  /** The built file. */
  readonly file: string
  /** The name under which the file exports the handler. Default: `handler`. */
  readonly exported?: string
  readonly environment: Readonly<Record<string, string>>
  /** True if the client writes its log as frames to a separate descriptor, as in Lambda. Default: standard output. */
  readonly telemetry?: boolean
  readonly node?: string
}

const API = '/2018-06-01/runtime'
const LAMBDA_TIMEOUT_MS = 5000

/**
 * Starts a function as Lambda does. AWS's runtime client gets its events from a local Runtime API.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const polls = channel<ServerResponse>()
  const replies = channel<{ readonly id: string; readonly outcome: Outcome }>()
  let initError: ReportedError | undefined

  const take = (path: string, body: string): void => {
    if (path === `${API}/init/error`) initError = JSON.parse(body)
    const [, id = '', kind] = /invocation\/([^/]+)\/(response|error)$/.exec(path) ?? []
    if (kind === 'response') replies.put({ id, outcome: { kind, json: body } })
    if (kind === 'error') replies.put({ id, outcome: { kind, error: JSON.parse(body) } })
  }
  const api = await listenOnLoopback(
    createServer(async (request, response) => {
      if (request.url === `${API}/invocation/next`) return polls.put(response)
      take(`${request.url}`, await text(request))
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}')
    }),
  )
  const child = start(options, new URL(api.endpoint).host)
  const written = collect(child)
  const ended = once(child, 'close').then(([code, signal]): Outcome => {
    const exit = { code, signal }
    return initError === undefined ? { kind: 'exit', exit } : { kind: 'init-error', error: initError, exit }
  })

  const deliver = async (poll: ServerResponse, event: unknown, toldMs: number): Promise<Outcome> => {
    const id = randomUUID()
    const headers = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': `${Date.now() + toldMs}`,
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:000000000000:function:lifeguard',
    }
    poll.writeHead(200, headers).end(JSON.stringify(event))
    const reply = await replies.take()
    if (reply.id !== id) throw new Error('The client answered another invocation')
    return reply.outcome
  }

  let poll = polls.take()
  const initialised = Promise.race([poll, ended])
  return {
    initialised,
    async invoke(event, timeoutMs = LAMBDA_TIMEOUT_MS, toldMs = timeoutMs) {
      const over = new AbortController()
      const running = initialised
        .then(() => poll)
        .then((ready) => {
          poll = polls.take()
          const timeout = sleep(timeoutMs, undefined, over).then((): Outcome => ({ kind: 'timeout' }))
          return Promise.race([deliver(ready, event, toldMs), timeout])
        })
      const outcome = await Promise.race([running, ended])
      running.catch(() => undefined)
      over.abort()
      if (outcome.kind === 'timeout') child.kill('SIGKILL')
      return outcome
    },
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGKILL')
      await ended
      await api.stop()
      return written()
    },
  }
}

function start(
  { client, file, exported = 'handler', environment, telemetry = false, node = process.execPath }: SandboxOptions,
  host: string,
): ChildProcess {
  return spawn(node, [client], {
    // Sets the variables that Lambda sets. Only PATH is inherited from this process.
    env: {
      PATH: `${process.env.PATH}`,
      TZ: ':UTC',
      LAMBDA_TASK_ROOT: dirname(file),
      _HANDLER: `${basename(file).replace(/\.[^.]+$/, '')}.${exported}`,
      AWS_LAMBDA_RUNTIME_API: host,
      AWS_LAMBDA_FUNCTION_NAME: 'lifeguard',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/lifeguard',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      ...(telemetry && { _LAMBDA_TELEMETRY_LOG_FD: '3' }),
      ...environment,
    },
    cwd: dirname(file),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
}

function collect(child: ChildProcess): () => Written {
  const [, stdout, stderr, telemetry] = child.stdio.map((stream) => {
    const chunks: Buffer[] = []
    ;(stream as Readable | null)?.on('data', (chunk: Buffer) => void chunks.push(chunk))
    return chunks
  })
  return () => ({
    stdout: `${Buffer.concat(stdout ?? [])}`,
    stderr: `${Buffer.concat(stderr ?? [])}`,
    telemetry: Buffer.concat(telemetry ?? []),
  })
}

interface Channel<V> {
  readonly put: (value: V) => void
  readonly take: () => Promise<V>
}

/** Creates a queue whose `take` waits for the next value. */
function channel<V>(): Channel<V> {
  const values: V[] = []
  const takers: ((value: V) => void)[] = []
  return {
    put(value) {
      const taker = takers.shift()
      if (taker === undefined) values.push(value)
      else taker(value)
    },
    take: () =>
      new Promise((resolve) => {
        const value = values.shift()
        if (value === undefined) takers.push(resolve)
        else resolve(value)
      }),
  }
}
