import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Reply, Request } from './child-messages.ts'

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

/** Starts a process that is ready to load a handler. */
export function startWorker({ environment, onOutput }: WorkerOptions): Worker {
  const child = fork(CHILD, [], { env: { ...environment }, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let onLine = onOutput
  let settle: ((reply: Reply | Ended) => void) | undefined
  let over: Ended | undefined
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      over = { kind: 'ended', code, signal }
      settle?.(over)
      resolve()
    })
  })
  // Without a listener an error event would end this process; `close` follows in any case.
  child.on('error', (error) => onOutput(error.message))
  child.on('message', (reply: Reply) => settle?.(reply))
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => onLine(line))
  if (child.stderr !== null) createInterface(child.stderr).on('line', onOutput)

  return {
    ask(request) {
      // Racing a promise that lives as long as the process would keep every answer in memory.
      return new Promise((resolve) => {
        settle = resolve
        if (over !== undefined) resolve(over)
        // The channel closes with the process, and `close` tells of that.
        else child.send(request, () => undefined)
      })
    },
    listen(next) {
      onLine = next
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
