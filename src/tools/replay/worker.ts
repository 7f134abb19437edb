import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { closeAfterExit } from '../lib/run-program.ts'
import { type Exiting, formatMessage, type Reply, type Request } from './child-messages.ts'
import { readExiting, readReply } from './read-reply.ts'

/** The exit of a process, with the cause if the process reported it. */
export interface Ended extends Exiting {
  readonly kind: 'ended'
  readonly code: number | null
  readonly signal: string | null
}

/** A child process that runs a handler. */
export interface Worker {
  /** Sends a request and waits for its reply, or for the exit of the process. Supports only one request at a time. */
  readonly ask: (request: Request) => Promise<Reply | Ended>
  /** Sends each further line of standard output to a function. */
  readonly listen: (onLine: (line: string) => void) => void
  /** Closes the pipe, so that the process exits by itself, and waits for the exit. */
  readonly end: () => Promise<void>
  /** Kills the process with SIGKILL, and waits until all its output is read. */
  readonly kill: () => Promise<void>
}

/** Options of {@link startWorker}. */
export interface WorkerOptions {
  readonly environment: Readonly<Record<string, string>>
  /** Receives each line of standard error, and each line of standard output until `listen` is called. */
  readonly onOutput: (line: string) => void
}

// The file of the child process. Its extension is .ts in the repository and .js in the package.
const CHILD = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url))

interface Asked {
  readonly id: string
  readonly settle: (reply: Reply | Ended) => void
}

/** Starts a child process that is ready to load a handler. */
export function startWorker({ environment, onOutput }: WorkerOptions): Worker {
  // Uses a pipe instead of Node's IPC channel: a handler that writes invalid data to the channel would crash this process.
  // Lambda has no IPC channel either.
  const child = spawn(process.execPath, [CHILD], { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  closeAfterExit(child)
  const [, stdout, stderr, pipe] = child.stdio
  let onLine = onOutput
  let asked: Asked | undefined
  let over: Ended | undefined
  let exiting: Exiting = {}
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      over = { kind: 'ended', code, signal, ...exiting }
      asked?.settle(over)
      resolve()
    })
  })
  // Without this listener, an `error` event would crash this process. A `close` event follows and reports the exit.
  child.on('error', (error) => onOutput(error.message))
  if (stdout !== null) createInterface(stdout).on('line', (line) => onLine(line))
  if (stderr !== null) createInterface(stderr).on('line', onOutput)
  if (!(pipe instanceof Duplex)) throw new TypeError('The pipe to the child process must be a duplex stream')
  // A process that exits before it reads a request resets the pipe. The interface emits the errors of the pipe once more.
  pipe.on('error', () => undefined)
  const lines = createInterface(pipe).on('line', (line) => {
    const reply = asked && readReply(line, asked.id)
    if (reply !== undefined) asked?.settle(reply)
    exiting = readExiting(line) ?? exiting
  })
  lines.on('error', () => undefined)

  return {
    ask(request) {
      // Promise.race with one promise for the exit would keep every reply in memory, so the exit settles the current request instead.
      return new Promise((settle) => {
        // The handler does not get this id, so it cannot write a line that counts as the reply.
        const id = randomUUID()
        asked = { id, settle }
        if (over !== undefined) settle(over)
        // If the process exits before it reads the request, the `close` event settles the request.
        else pipe.write(formatMessage({ ...request, id }))
      })
    },
    listen(next) {
      onLine = next
    },
    async end() {
      pipe.end()
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
