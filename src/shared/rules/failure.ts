import { unbroken } from './errors.ts'
import { skip } from './outcome.ts'
import { compose, type Part, type Rule } from './rule.ts'
import type { Trigger } from './trigger.ts'

/** How a rule that may break is bounded. */
export interface FailOpenOptions {
  /** At most that many milliseconds; by default a third of what is left of the invocation. */
  readonly withinMs?: number
}

/**
 * Skips where the rule breaks: for checks that are not worth a refused sign-in when their service is down. Never vouches
 * in the rule's place. The rule gets only a share of the time, so that one which hangs does not starve those after it.
 *
 * @throws RangeError when `withinMs` is not a positive number.
 * @example
 * failOpen(denyDisposableEmail(), { withinMs: 300 })
 */
export function failOpen<T extends Trigger>(rule: Part<T>, options: FailOpenOptions = {}): Rule<T> {
  const { withinMs } = options
  if (withinMs !== undefined && !(withinMs > 0))
    throw new RangeError(`failOpen: withinMs is a positive number of milliseconds; got ${withinMs}`)
  return compose({
    name: 'fail-open',
    kind: 'failOpen',
    children: [rule],
    onError: 'continue',
    async evaluate(ctx, run) {
      const verdict = await run.evaluate(rule, ctx, { withinMs: withinMs ?? run.remainingMs() / 3 })
      return verdict.kind === 'broken' && !verdict.sealed ? skip('failed-open') : unbroken(verdict)
    },
  })
}

/**
 * Fails the invocation where the rule breaks, whatever stands around it; the default of pre triggers, spelt out. Only an
 * `anyOf` in which another rule vouches forgives it.
 *
 * @example
 * postConfirmation(failClosed(syncProfile(profiles)), sendWelcomeEmail(mailer, template))
 */
export function failClosed<T extends Trigger>(rule: Part<T>): Rule<T> {
  return compose({
    name: 'fail-closed',
    kind: 'failClosed',
    children: [rule],
    onError: 'fail',
    evaluate: async (ctx, run) => unbroken(await run.evaluate(rule, ctx)),
  })
}
