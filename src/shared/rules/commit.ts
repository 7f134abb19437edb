import type { CognitoEvent } from '../cognito/event.ts'
import type { TraceEntry } from './decision.ts'
import { DeadlineExceededError, toErrorReason } from './errors.ts'
import type { Clock, Deadline, MaybePromise } from './invocation.ts'
import { type Deny, type ErrorVerdict, validateOutcome } from './outcome.ts'
import type { OnError, TriggerContract } from './trigger.ts'

/** A rule's reservation that is made after every rule has passed. */
export interface Pending {
  readonly rule: string
  readonly path: string
  /** The error mode of the nearest `failOpen` or `failClosed` around the rule. */
  readonly onError: OnError | undefined
  /** The time limit of that `failOpen` in milliseconds. The default is a third of the time left. */
  readonly withinMs: number | undefined
  /** Reserves before a deadline, which is that of the invocation by default. */
  readonly reserve: (deadline?: Deadline) => MaybePromise<Deny | 'renewed' | undefined>
  readonly release: () => MaybePromise<void>
}

/** The options of `commitAll`. */
export interface CommitOptions {
  readonly deadline: Deadline
  readonly clock: Clock
  readonly contract: TriggerContract
  /** Adds an entry to the trace. */
  readonly add: (entry: TraceEntry) => void
}

/**
 * Makes the reservations of rules, one after the other. If a reservation denies or fails, releases the earlier reservations.
 *
 * @returns The denial or error, or undefined if no reservation denied or failed the invocation.
 */
export async function commitAll(pending: readonly Pending[], options: CommitOptions): Promise<Deny | ErrorVerdict | undefined> {
  const { deadline, clock, contract, add } = options
  const made: Pending[] = []
  for (const each of pending) {
    const { rule, path } = each
    const began = clock.now()
    const line = (): Pick<TraceEntry, 'rule' | 'path' | 'ms' | 'commit'> => ({ rule, path, ms: clock.now() - began, commit: true })
    // In `failOpen`, a reservation that hangs must leave time for the next ones. So must its release.
    const startPart = (): Deadline | undefined =>
      each.onError === 'continue' ? deadline.within(each.withinMs ?? deadline.remainingMs() / 3) : undefined
    const part = startPart()
    try {
      if (deadline.remainingMs() <= 0) throw new DeadlineExceededError()
      const result = await (part ?? deadline).race(Promise.resolve(each.reserve(part)))
      if (result !== undefined && result !== 'renewed') {
        const denied = validateOutcome(result, { name: rule, kind: 'rule', can: ['deny'] }, contract)
        if (denied.kind === 'deny') {
          add({ ...line(), outcome: 'deny', reason: denied.reason, ...(denied.detail !== undefined && { detail: denied.detail }) })
          await releaseAll(made, deadline)
          return denied
        }
      }
      // An earlier event made a renewed reservation, and its user may exist by now.
      if (result !== 'renewed') made.push(each)
      add({ ...line(), outcome: 'skip', reason: 'reserved' })
    } catch (error) {
      add({ ...line(), outcome: 'error', reason: toErrorReason(error), error })
      const continues = (each.onError ?? contract.onError) === 'continue'
      // Release the failed reservation too: the write may have succeeded although its response was lost.
      const releasePart = startPart()
      await releaseAll(continues ? [each] : [...made, each], releasePart ?? deadline)
      releasePart?.close()
      if (!continues) return { kind: 'error', error, by: rule, mustFail: true }
    } finally {
      part?.close()
    }
  }
  return undefined
}

/** Releases reservations, and ignores errors: a reservation that is not released expires by itself. */
async function releaseAll(made: readonly Pending[], deadline: Deadline): Promise<void> {
  const releasing = made.toReversed().map(async ({ release }) => release())
  if (deadline.remainingMs() > 0) await deadline.race(Promise.allSettled(releasing)).catch(() => undefined)
  else await Promise.race([Promise.allSettled(releasing), new Promise((resolve) => setImmediate(resolve))])
}

/**
 * Returns the key of a reservation. A repeated event has the same key, so that a retry finds its own reservation.
 *
 * @example
 * const key = reservationKey(ctx) // '["eu-west-1_abc","PreSignUp_SignUp","mary"]'
 */
export function reservationKey({ event }: { readonly event: CognitoEvent }): string {
  return JSON.stringify([event.userPoolId, event.triggerSource, event.userName])
}
