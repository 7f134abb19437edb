import type { FunctionName } from './child-messages.ts'
import { type Ending, type HandlerProcess, type ProcessOptions, startProcess } from './process.ts'

/** One invocation, as the harness saw it. Times are milliseconds of this process's monotonic clock. */
export interface Attempt {
  readonly name: FunctionName
  /** The `sub` of the event's user. */
  readonly sub: string
  readonly startedAt: number
  readonly endedAt: number
  readonly ending: Ending
  /** True if the process was stopped during the invocation, so that `endedAt - startedAt` includes the stop. */
  readonly frozen: boolean
}

/** A running invocation. */
export interface Started {
  /** The index of the process that runs the invocation. */
  readonly slot: number
  readonly ending: Promise<Ending>
}

/** Processes that run handlers. A process that ends is replaced. */
export interface Pool {
  /**
   * Runs an event in one of the processes.
   *
   * @param avoid The process to avoid, unless it is the only one. Lambda, too, runs a retry in another process while the first try
   *   still runs.
   */
  readonly invoke: (name: FunctionName, sub: string, event: string, avoid?: number) => Promise<Started>
  readonly kill: (slot: number) => void
  readonly freeze: (slot: number, ms: number) => void
  /** Moves the time of day forward in all processes, also in those that start later. */
  readonly setClock: (offsetMs: number) => void
  /** Returns all invocations that have ended. */
  readonly attempts: () => readonly Attempt[]
  readonly count: () => { readonly kills: number; readonly freezes: number; readonly crashes: number }
  /** Resolves when no invocation is running. */
  readonly idle: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Slot {
  process: HandlerProcess
  /** Number of running invocations. */
  busy: number
  frozenUntil: number
  killed: boolean
}

// The timeouts in serverless.yml. Cognito waits 5 s for a trigger. The sweeper runs on a schedule and may take longer.
const FUNCTION_TIMEOUT_MS = 5000
const SWEEPER_TIMEOUT_MS = 60_000
// Lambda ends an invocation at its timeout. The harness waits longer, because a busy machine slows invocations down.
const HUNG_AFTER_MS = 60_000

/**
 * Starts the processes that run handlers.
 *
 * @throws Error when the handlers do not start.
 */
export async function startPool(options: ProcessOptions & { readonly processes: number }): Promise<Pool> {
  const attempts: Attempt[] = []
  const under = new Set<Promise<unknown>>()
  const counted = { kills: 0, freezes: 0, crashes: 0 }
  let offsetMs = 0
  let stopping = false

  const launch = (): HandlerProcess => {
    const process = startProcess(options)
    if (offsetMs !== 0) process.setClock(offsetMs)
    return process
  }
  const watch = (slot: Slot): void => {
    slot.process.ended.then(() => {
      if (stopping) return
      if (!slot.killed) counted.crashes += 1
      Object.assign(slot, { process: launch(), killed: false, frozenUntil: 0 })
      watch(slot)
    })
  }
  const slots = Array.from({ length: options.processes }, (): Slot => {
    const slot = { process: launch(), busy: 0, frozenUntil: 0, killed: false }
    watch(slot)
    return slot
  })
  const stop = async (): Promise<void> => {
    stopping = true
    for (const { process } of slots) process.kill()
    await Promise.all(slots.map(({ process }) => process.ended))
  }
  try {
    await Promise.all(slots.map(({ process }) => process.ready))
  } catch (error) {
    await stop()
    throw error
  }

  const choose = (avoid: number | undefined): number => {
    const order = slots.map((_, index) => index).sort((a, b) => (slots[a]?.busy ?? 0) - (slots[b]?.busy ?? 0))
    const now = performance.now()
    return order.find((index) => index !== avoid && (slots[index]?.frozenUntil ?? 0) < now) ?? order.find((index) => index !== avoid) ?? 0
  }
  const slotAt = (index: number): Slot => {
    const slot = slots[index]
    if (slot === undefined) throw new RangeError(`Unknown slot ${index}`)
    return slot
  }

  const kill = (slot: Slot): void => {
    if (slot.killed) return
    slot.killed = true
    counted.kills += 1
    slot.process.kill()
  }

  return {
    async invoke(name, sub, event, avoid) {
      const index = choose(avoid)
      const slot = slotAt(index)
      slot.busy += 1
      // Waits until the process has started. Unlike a cold start in Lambda, this time does not count towards Cognito's 5 s.
      let { process } = slot
      while (!(await isReady(process))) {
        await process.ended
        process = slot.process
      }
      const startedAt = performance.now()
      const limitMs = name === 'sweeper' ? SWEEPER_TIMEOUT_MS : FUNCTION_TIMEOUT_MS
      let hung = false
      const patience = setTimeout(() => {
        hung = true
        kill(slot)
      }, limitMs + HUNG_AFTER_MS)
      const ending = process.invoke(name, event, limitMs).then((end): Ending => {
        clearTimeout(patience)
        slot.busy -= 1
        const ended: Ending = hung ? { kind: 'hung' } : end
        const frozen = slot.frozenUntil >= startedAt
        attempts.push({ name, sub, startedAt, endedAt: performance.now(), ending: ended, frozen })
        under.delete(ending)
        return ended
      })
      under.add(ending)
      return { slot: index, ending }
    },
    kill: (index) => kill(slotAt(index)),
    freeze(index, ms) {
      const slot = slotAt(index)
      // Stops one process at a time. If all were stopped, none could run the next try.
      if (slots.some(({ frozenUntil }) => frozenUntil > performance.now())) return
      slot.frozenUntil = performance.now() + ms
      counted.freezes += 1
      slot.process.freeze(ms)
    },
    setClock(next) {
      // Keeps the larger offset, so that the time of day never moves back.
      offsetMs = Math.max(offsetMs, next)
      for (const { process } of slots) process.setClock(offsetMs)
    },
    attempts: () => [...attempts],
    count: () => ({ ...counted }),
    idle: async () => {
      while (under.size > 0) await Promise.all(under)
    },
    stop,
  }
}

function isReady({ ready }: HandlerProcess): Promise<boolean> {
  return ready.then(
    () => true,
    () => false,
  )
}
