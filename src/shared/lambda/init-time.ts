import { isLambda } from './is-lambda.ts'

// Lambda delivers the first event of an on-demand environment as soon as the init phase is over. A provisioned or
// proactively initialised one waits for its first event much longer than this.
const ON_DEMAND_GAP_MS = 250

/** Tells, once, how many milliseconds of the caller's patience the init phase has used up already. */
export type InitTime = (startedAt: number) => number

/**
 * Cognito's five seconds begin when it calls, so an on-demand cold start is part of the first invocation. Elsewhere than in
 * Lambda, such as in a test, the age of the process means nothing and the init phase counts as no time.
 *
 * @param readyAt When the handler was made, in milliseconds since the process started: the end of the init phase.
 */
export function initTime(readyAt: number, inLambda: boolean = isLambda()): InitTime {
  let first = inLambda
  return (startedAt) => {
    if (!first) return 0
    first = false
    return startedAt - readyAt <= ON_DEMAND_GAP_MS ? readyAt : 0
  }
}
