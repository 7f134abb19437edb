import { draw, pick } from './random.ts'

/**
 * How a call goes wrong:
 * - `latency`: the answer comes up to 100 ms later.
 * - `hang`: the call is taken, and neither carried out nor answered.
 * - `reset`: the connection is reset, and nothing is carried out.
 * - `status500`: the service answers that it failed, and nothing is carried out.
 * - `throttling`: the service refuses in its own words, and nothing is carried out.
 * - `dropResponse`: the service carries it out, and the answer is lost.
 * - `halfResponse`: the service carries it out, and half of the answer comes.
 */
export const FAULTS = ['latency', 'hang', 'reset', 'status500', 'throttling', 'dropResponse', 'halfResponse'] as const
export type Fault = (typeof FAULTS)[number]

/** How the half of an answer ends: with its connection, never, or as if it were the whole. */
export const HALVES = ['cut', 'stalled', 'passed-off-as-whole'] as const
export type Half = (typeof HALVES)[number]

/** What is done to one call. */
export interface Injection {
  readonly fault: Fault
  /** Milliseconds; with `latency`. */
  readonly delayMs: number
  /** With `halfResponse`. */
  readonly half: Half
}

/** Decides what is done to a call, by what it is and how many of its kind there were before. */
export type FaultPlan = (call: string, occurrence: number) => Injection | undefined

/** How faults are spread. */
export interface FaultPlanOptions {
  readonly seed: number
  /** How many calls of a hundred go wrong. */
  readonly percent: number
  /** Which faults there are; all of them unless set. */
  readonly faults?: readonly [Fault, ...Fault[]]
}

// More would be a hang to the clients, of DynamoDB and Cognito, which give up after 800 ms.
const MAX_DELAY_MS = 100

/** Spreads faults evenly over calls: the same for the same seed. */
export function faultPlan({ seed, percent, faults = FAULTS }: FaultPlanOptions): FaultPlan {
  return (call, occurrence) => {
    if (draw(seed, 'fault', call, occurrence) * 100 >= percent) return undefined
    return {
      fault: pick(faults, draw(seed, 'which', call, occurrence)),
      delayMs: Math.ceil(draw(seed, 'delay', call, occurrence) * MAX_DELAY_MS),
      half: pick(HALVES, draw(seed, 'half', call, occurrence)),
    }
  }
}
