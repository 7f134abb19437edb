import { setTimeout as sleep } from 'node:timers/promises'
import { COGNITO_WAIT_MS } from '../src/tools/replay/cognito.ts'
import type { FunctionName } from './child-messages.ts'
import type { Pool } from './pool.ts'
import { draw } from './random.ts'

/** The final result of an event, as Cognito sees it. */
export type Delivered =
  | { readonly kind: 'answered'; readonly json: string; readonly tries: number }
  | { readonly kind: 'refused'; readonly message: string; readonly tries: number }
  | { readonly kind: 'crashed'; readonly tries: number }
  | { readonly kind: 'timedOut'; readonly tries: number }

/** An event of a user for a function. */
export interface Delivery {
  readonly name: FunctionName
  readonly sub: string
  readonly event: object
  /** Distinguishes several deliveries of one event, so that each has its own faults. */
  readonly occasion: string
}

/** Delivers events as Cognito does. */
export interface Cognito {
  readonly deliver: (delivery: Delivery) => Promise<Delivered>
  /** Stops injecting faults. */
  readonly calm: () => void
  readonly count: () => { readonly deliveries: number; readonly tries: number }
}

/** Probabilities of process faults per try, from 0 to 1. */
export interface Misfortunes {
  /** The process is killed during the invocation. */
  readonly kill: number
  /** The process is stopped for longer than Cognito waits. */
  readonly freeze: number
  /** Most of Cognito's 5 s pass before the function starts, for example because of a cold start. */
  readonly impatience: number
}

const TRIES = 3
// The longest time between the start of a try and the kill or stop of its process. It is short, so that the invocation often still
// runs.
const KILL_WITHIN_MS = 600
const FREEZE_MS = 6000

/**
 * Invokes functions as Cognito does. It waits 5 s for an answer and then retries, with at most three tries. A try that timed out
 * continues in its own process. An answer, an error or a crash is final and is not retried.
 */
export function cognito(pool: Pool, seed: number, { kill, freeze, impatience }: Misfortunes): Cognito {
  const counted = { deliveries: 0, tries: 0 }
  let calm = false
  return {
    async deliver({ name, sub, event, occasion }) {
      const json = JSON.stringify(event)
      counted.deliveries += 1
      let avoid: number | undefined
      for (let tries = 1; tries <= TRIES; tries += 1) {
        const chance = (what: string): number => (calm ? 1 : draw(seed, what, name, sub, occasion, tries))
        counted.tries += 1
        const { slot, ending } = await pool.invoke(name, sub, json, avoid)
        if (chance('kill') < kill) setTimeout(() => pool.kill(slot), chance('kill-after') * KILL_WITHIN_MS)
        if (chance('freeze') < freeze) setTimeout(() => pool.freeze(slot, FREEZE_MS), chance('freeze-after') * KILL_WITHIN_MS)
        const patience = chance('impatience') < impatience ? chance('patience') * 1000 : COGNITO_WAIT_MS
        const over = new AbortController()
        const ended = await Promise.race([ending, sleep(patience, undefined, { signal: over.signal })])
        over.abort()
        if (ended?.kind === 'returned') return { kind: 'answered', json: ended.json, tries }
        if (ended?.kind === 'threw') return { kind: 'refused', message: ended.error.message, tries }
        if (ended !== undefined) return { kind: 'crashed', tries }
        avoid = slot
      }
      return { kind: 'timedOut', tries: TRIES }
    },
    calm: () => {
      calm = true
    },
    count: () => ({ ...counted }),
  }
}
