import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FunctionName, Reply, Request, Settled, Took } from './child-messages.ts'

/** How an invocation ended: by itself, or with its process; or it did not, and its process was ended for that. */
export type Ending = (Settled & { readonly took: Took }) | { readonly kind: 'crashed' } | { readonly kind: 'hung' }

/** A process that holds the handlers and runs several events at a time. */
export interface HandlerProcess {
  /** Done when the handlers are loaded; rejects with what they threw. */
  readonly ready: Promise<void>
  readonly invoke: (name: FunctionName, event: string, limitMs: number) => Promise<Ending>
  readonly setClock: (offsetMs: number) => void
  /** Kills it, whatever it does. */
  readonly kill: () => void
  /** Stops it where it stands, and lets it go on later. */
  readonly freeze: (ms: number) => void
  readonly ended: Promise<void>
}

/** What a process runs. */
export interface ProcessOptions {
  /** The bundles, by function. */
  readonly files: readonly (readonly [FunctionName, string])[]
  readonly environment: Readonly<Record<string, string>>
  /** A file descriptor that gets the handlers' log lines; they are thrown away without one. */
  readonly log?: number | undefined
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Starts a process of handlers. */
export function startProcess({ files, environment, log }: ProcessOptions): HandlerProcess {
  const child = fork(CHILD, [], { env: { ...environment }, execArgv: [], stdio: ['ignore', log ?? 'ignore', 'inherit', 'ipc'] })
  const waiting = new Map<number, (ending: Ending) => void>()
  let asked = 0
  let over = false
  let thaw: NodeJS.Timeout | undefined
  const loaded = Promise.withResolvers<void>()
  // Whoever waits for it is told; a process that is killed while nobody waits yet must not end this one.
  loaded.promise.catch(() => undefined)
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      over = true
      clearTimeout(thaw)
      loaded.reject(new Error('The process of the handlers ended before they were loaded'))
      for (const settle of waiting.values()) settle({ kind: 'crashed' })
      waiting.clear()
      resolve()
    })
  })
  // Without a listener an error event would end this process; `close` follows in any case.
  child.on('error', () => undefined)
  child.on('message', (reply: Reply) => {
    if (reply.kind === 'ready') loaded.resolve()
    else if (reply.kind === 'not-started') loaded.reject(new Error(`A handler does not start: ${reply.error.message}`))
    else {
      waiting.get(reply.id)?.({ ...reply.settled, took: reply.took })
      waiting.delete(reply.id)
    }
  })
  // The channel closes with the process, and `close` tells of that.
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
