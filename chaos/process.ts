import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FunctionName, Reply, Request, Settled, Took } from './child-messages.ts'

/** How an invocation ended: it returned or threw, its process ended first, or it hung and its process was killed. */
export type Ending = (Settled & { readonly took: Took }) | { readonly kind: 'crashed' } | { readonly kind: 'hung' }

/** A process that has loaded the handlers and runs several events at a time. */
export interface HandlerProcess {
  /** Resolves when the handlers are loaded. Rejects if a handler threw while loading or the process ended. */
  readonly ready: Promise<void>
  readonly invoke: (name: FunctionName, event: string, limitMs: number) => Promise<Ending>
  readonly setClock: (offsetMs: number) => void
  /** Kills the process with SIGKILL. */
  readonly kill: () => void
  /** Stops the process with SIGSTOP, and continues it after this time. */
  readonly freeze: (ms: number) => void
  readonly ended: Promise<void>
}

/** Options of `startProcess`. */
export interface ProcessOptions {
  /** The bundles, by function. */
  readonly files: readonly (readonly [FunctionName, string])[]
  readonly environment: Readonly<Record<string, string>>
  /** A file descriptor for the handlers' log lines. Without it, the lines are discarded. */
  readonly log?: number | undefined
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Starts a process that runs handlers. */
export function startProcess({ files, environment, log }: ProcessOptions): HandlerProcess {
  const child = fork(CHILD, [], { env: { ...environment }, execArgv: [], stdio: ['ignore', log ?? 'ignore', 'inherit', 'ipc'] })
  const waiting = new Map<number, (ending: Ending) => void>()
  let asked = 0
  let over = false
  let thaw: NodeJS.Timeout | undefined
  const loaded = Promise.withResolvers<void>()
  // Without this listener, a rejection that no caller of `ready` handles would end the harness. Callers still get the rejection.
  loaded.promise.catch(() => undefined)
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      over = true
      clearTimeout(thaw)
      loaded.reject(new Error('The process ended before the handlers were loaded'))
      for (const settle of waiting.values()) settle({ kind: 'crashed' })
      waiting.clear()
      resolve()
    })
  })
  // Without a listener, an `error` event would end the harness. The `close` event that follows ends the waiting invocations.
  child.on('error', () => undefined)
  child.on('message', (reply: Reply) => {
    if (reply.kind === 'ready') loaded.resolve()
    else if (reply.kind === 'not-started') loaded.reject(new Error(`A handler did not start: ${reply.error.message}`))
    else {
      waiting.get(reply.id)?.({ ...reply.settled, took: reply.took })
      waiting.delete(reply.id)
    }
  })
  // Send errors are ignored: if the channel is closed, a `close` event ends the waiting invocations.
  const ask = (request: Request): void => void child.send(request, () => undefined)
  ask({ kind: 'load', files })

  return {
    ready: loaded.promise,
    invoke: (name, event, limitMs) =>
      new Promise((resolve) => {
        if (over) return resolve({ kind: 'crashed' })
        const id = asked++
        waiting.set(id, resolve)
        ask({ kind: 'invoke', id, name, event, limitMs })
      }),
    setClock: (offsetMs) => ask({ kind: 'clock', offsetMs }),
    kill: () => void child.kill('SIGKILL'),
    freeze: (ms) => {
      if (over || thaw !== undefined) return
      child.kill('SIGSTOP')
      thaw = setTimeout(() => {
        thaw = undefined
        child.kill('SIGCONT')
      }, ms)
    },
    ended,
  }
}
