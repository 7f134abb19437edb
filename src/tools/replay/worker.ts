import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { closeAfterExit } from '../lib/run-program.ts'
import { formatMessage, type Reply, type Request } from './child-messages.ts'
import { readReply } from './read-reply.ts'

/** How a process ended. */
export interface Ended {
  readonly kind: 'ended'
  readonly code: number | null
  readonly signal: string | null
}

/** A process that holds a handler. */
export interface Worker {
  /** Asks one thing at a time. */
  readonly ask: (request: Request) => Promise<Reply | Ended>
  /** Who reads its standard output from now on, line by line. */
  readonly listen: (onLine: (line: string) => void) => void
  /** Closes its pipe, at which it exits by itself; done when it has. */
  readonly end: () => Promise<void>
  /** Ends it at once, however busy it is; done when everything that it wrote is read. */
  readonly kill: () => Promise<void>
}

/** How a process is started. */
export interface WorkerOptions {
  readonly environment: Readonly<Record<string, string>>
  /** Gets each line of its standard error, and of standard output while nobody listens. */
  readonly onOutput: (line: string) => void
}

// The tools are run from their sources here and from compiled files in the package.
const CHILD = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url))

interface Asked {
  readonly id: string
  readonly settle: (reply: Reply | Ended) => void
}

/** Starts a process that is ready to load a handler. */
export function startWorker({ environment, onOutput }: WorkerOptions): Worker {
  // A pipe of our own: Node's channel for messages ends its parent when the handler writes something else to it. Nor has Lambda one.
  const child = spawn(process.execPath, [CHILD], { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  closeAfterExit(child)
  const [, stdout, stderr, pipe] = child.stdio
  let onLine = onOutput
  let asked: Asked | undefined
  let over: Ended | undefined
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      over = { kind: 'ended', code, signal }
      asked?.settle(over)
      resolve()
    })
  })
  // Without a listener an error event would end this process; `close` follows in any case.
  child.on('error', (error) => onOutput(error.message))
  if (stdout !== null) createInterface(stdout).on('line', (line) => onLine(line))
  if (stderr !== null) createInterface(stderr).on('line', onOutput)
  if (!(pipe instanceof Duplex)) throw new TypeError('A pipe to a process can be read and written')
  pipe.on('error', () => undefined)
  createInterface(pipe).on('line', (line) => {
    const reply = asked && readReply(line, asked.id)
    if (reply !== undefined) asked?.settle(reply)
  })

  return {
    ask(request) {
      // Racing a promise that lives as long as the process would keep every answer in memory.
      return new Promise((settle) => {
        // The handler is not told the id, so that nothing but an answer to this very request is taken for one.
        const id = randomUUID()
        asked = { id, settle }
        if (over !== undefined) settle(over)
        // The pipe closes with the process, and `close` tells of that.
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
