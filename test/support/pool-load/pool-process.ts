import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Memory, ToParent } from './messages.ts'

/** A local user pool in a process of its own. */
export interface PoolProcess {
  readonly endpoint: string
  readonly poolId: string
  readonly clientId: string
  /** Returns how often an effect happened: the calls of a trigger for a user, or `message` with the messages to an address. */
  readonly countEffects: (effect: string, subject: string) => number
  /** Returns the number of calls of a trigger for all users, or of messages to all addresses. */
  readonly countAll: (effect: string) => number
  /** Collects garbage, then measures. */
  readonly measure: () => Promise<Memory>
  readonly stop: () => Promise<void>
}

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))

/** Starts the process. @throws Error if it ends before it answers. */
export async function startPoolProcess(): Promise<PoolProcess> {
  const child = fork(CHILD, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const effects = new Map<string, number>()
  const totals = new Map<string, number>()
  let answer: (memory: Memory) => void = () => undefined
  const started = new Promise<Extract<ToParent, { kind: 'started' }>>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The pool's process ended with ${code}`)))
    child.on('message', (message: ToParent) => {
      if (message.kind === 'started') resolve(message)
      else if (message.kind === 'memory') answer(message)
      else {
        const key = `${message.effect} ${message.subject}`
        effects.set(key, (effects.get(key) ?? 0) + 1)
        totals.set(message.effect, (totals.get(message.effect) ?? 0) + 1)
      }
    })
  })
  const { endpoint, poolId, clientId } = await started
  return {
    endpoint,
    poolId,
    clientId,
    countEffects: (effect, subject) => effects.get(`${effect} ${subject}`) ?? 0,
    countAll: (effect) => totals.get(effect) ?? 0,
    measure: () =>
      new Promise((resolve, reject) => {
        answer = resolve
        child.once('exit', (code) => reject(new Error(`The pool's process ended with ${code}`)))
        child.send('measure')
      }),
    async stop() {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}
