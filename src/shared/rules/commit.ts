import type { CognitoEvent } from '../cognito/event.ts'
import type { RuleObserver, TraceEntry } from './decision.ts'
import { DeadlineExceededError, toErrorReason } from './errors.ts'
import type { Clock, Deadline, MaybePromise } from './invocation.ts'
import { type Deny, type ErrorVerdict, validateOutcome } from './outcome.ts'
import type { OnError, TriggerContract } from './trigger.ts'

/** A reservation that is made once every rule has passed. */
export interface Pending {
  readonly rule: string
  readonly path: string
  /** What the nearest failOpen or failClosed around the rule says. */
  readonly onError: OnError | undefined
  readonly reserve: () => MaybePromise<Deny | undefined>
  readonly release: () => MaybePromise<void>
}

/** What reservations are made with. */
export interface CommitOptions {
  readonly deadline: Deadline
  readonly clock: Clock
  readonly contract: TriggerContract
  readonly observer: RuleObserver
  /** Adds a line to the trace. */
  readonly add: (entry: TraceEntry) => void
}

/**
 * Makes the reservations of rules, one after the other. If one denies or fails, those made before it are released.
 *
 * @returns undefined if every reservation was made.
 */
export async function commitAll(pending: readonly Pending[], options: CommitOptions): Promise<Deny | ErrorVerdict | undefined> {
  const { deadline, clock, contract, observer, add } = options
  const made: Pending[] = []
  for (const each of pending) {
    const { rule, path } = each
    const began = clock.now()
    const line = (): Pick<TraceEntry, 'rule' | 'path' | 'ms' | 'commit'> => ({ rule, path, ms: clock.now() - began, commit: true })
    try {
      if (deadline.remainingMs() <= 0) throw new DeadlineExceededError()
      const refused = await deadline.race(Promise.resolve(each.reserve()))
      if (refused !== undefined) {
        const denied = validateOutcome(refused, { name: rule, kind: 'rule', can: ['deny'] }, contract)
        if (denied.kind === 'deny') {
          add({ ...line(), outcome: 'deny', reason: denied.reason, ...(denied.detail !== undefined && { detail: denied.detail }) })
          await releaseAll(made, deadline)
          return denied
        }
      }
      made.push(each)
      add({ ...line(), outcome: 'skip', reason: 'reserved' })
    } catch (error) {
      observer.onRuleError?.({ rule, path, error })
      add({ ...line(), outcome: 'error', reason: toErrorReason(error), error })
      const continues = (each.onError ?? contract.onError) === 'continue'
      // It may have been made although its answer was lost.
      await releaseAll(continues ? [each] : [...made, each], deadline)
      if (!continues) return { kind: 'error', error, by: rule, mustFail: true }
    }
  }
  return undefined
}

/** What cannot be released expires by itself, so an error here changes nothing. */
async function releaseAll(made: readonly Pending[], deadline: Deadline): Promise<void> {
  const releasing = made.toReversed().map(async ({ release }) => release())
  if (deadline.remainingMs() > 0) await deadline.race(Promise.allSettled(releasing)).catch(() => undefined)
  else await Promise.race([Promise.allSettled(releasing), new Promise((resolve) => setImmediate(resolve))])
}

/**
 * Returns the key of a reservation: a repeated event finds its own.
 *
 * @example
 * const key = reservationKey(ctx) // '["eu-west-1_abc","PreSignUp_SignUp","mary"]'
 */
export function reservationKey({ event }: { readonly event: CognitoEvent }): string {
  return JSON.stringify([event.userPoolId, event.triggerSource, event.userName])
}
