import { draw, pick } from './random.ts'

/**
 * The faults of a service call:
 * - `latency`: the response is delayed by up to 100 ms.
 * - `hang`: the request is accepted, but neither executed nor answered.
 * - `reset`: the connection is reset, and the request is not executed.
 * - `status500`: the service returns an internal error, and the request is not executed.
 * - `throttling`: the service returns its throttling error, and the request is not executed.
 * - `dropResponse`: the service executes the request, but the response is lost.
 * - `halfResponse`: the service executes the request, but only half of the response arrives.
 */
export const FAULTS = ['latency', 'hang', 'reset', 'status500', 'throttling', 'dropResponse', 'halfResponse'] as const
export type Fault = (typeof FAULTS)[number]

/** How half a response ends: the connection is closed, the connection stays open, or the half looks like a complete response. */
export const HALVES = ['cut', 'stalled', 'passed-off-as-whole'] as const
export type Half = (typeof HALVES)[number]

/** The fault that is injected into one call. */
export interface Injection {
  readonly fault: Fault
  /** Delay in milliseconds. Only used by `latency`. */
  readonly delayMs: number
  /** How the half of a response ends. Only used by `halfResponse`. */
  readonly half: Half
}

/** Chooses the fault of a call from the call's name and the number of equal calls before it. */
export type FaultPlan = (call: string, occurrence: number) => Injection | undefined

/** Options of `faultPlan`. */
export interface FaultPlanOptions {
  readonly seed: number
  /** Percentage of calls with a fault. */
  readonly percent: number
  /** The faults to choose from. Default: all. */
  readonly faults?: readonly [Fault, ...Fault[]]
}

// The longest latency is far below 800 ms, at which the DynamoDB and Cognito clients time out. A longer delay would be a `hang`.
const MAX_DELAY_MS = 100

/** Creates a plan that spreads faults evenly over calls. The same seed gives the same plan. */
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
