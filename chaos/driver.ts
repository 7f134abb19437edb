import { setTimeout as sleep } from 'node:timers/promises'
import { COGNITO_WAIT_MS } from '../src/tools/replay/cognito.ts'
import type { FunctionName } from './child-messages.ts'
import type { Pool } from './pool.ts'
import { draw } from './random.ts'

/** What Cognito made of an event. */
export type Delivered =
  | { readonly kind: 'answered'; readonly json: string; readonly tries: number }
  | { readonly kind: 'refused'; readonly message: string; readonly tries: number }
  | { readonly kind: 'crashed'; readonly tries: number }
  | { readonly kind: 'timedOut'; readonly tries: number }

/** Whose event, to which function, and which of that user's deliveries it is. */
export interface Delivery {
  readonly name: FunctionName
  readonly sub: string
  readonly event: object
  /** Tells apart deliveries of one event, so that each has its own misfortunes. */
  readonly occasion: string
}

/** Delivers events as Cognito does. */
export interface Cognito {
  readonly deliver: (delivery: Delivery) => Promise<Delivered>
  /** Ends the misfortunes. */
  readonly calm: () => void
  readonly count: () => { readonly deliveries: number; readonly tries: number }
}

/** How often deliveries meet with misfortune: each a part of 1. */
export interface Misfortunes {
  /** The process is killed while the event is in it. */
  readonly kill: number
  /** The process stands still for longer than Cognito waits. */
  readonly freeze: number
  /** Most of Cognito's patience is used up before the function starts: by a cold start, or on the way. */
  readonly impatience: number
}

const TRIES = 3
// A moment within the life of an invocation that has a few calls to make.
const KILL_WITHIN_MS = 600
const FREEZE_MS = 6000

/**
 * Drives functions as Cognito does: it waits for five seconds and tries again where nothing came back, up to three times in
 * all, while the try that was too slow goes on in its own process. What a function answers, and that it crashed, is final.
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
