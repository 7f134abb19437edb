import type { AttributeMap, CognitoEvent } from '../cognito/event.ts'
import { assertOptions, assertRules, describeValue } from './arguments.ts'
import { assertReads, type DeclaresReads } from './condition.ts'
import { DeadlineExceededError, EffectLostError, NotDoneError, RuleError, toErrorReason } from './errors.ts'
import { frozenCopy, readUser } from './invocation.ts'
import { type AnyOutcome, skip, type Verdict } from './outcome.ts'
import { hidePersonal } from './personal.ts'
import { compose, isComposition, type Rule, type RuleArgument, type RuleNode, type RulePermission, type Run } from './rule.ts'
import type { RuleContext, RuleUser, Working } from './trigger.ts'

/** Identifies an effect of one user. */
export interface EffectKey {
  readonly userPoolId: string
  readonly sub: string
  /** The name of the effect: the rule's name, or `name:id` if its `once` has an `id`. */
  readonly effect: string
}

/**
 * How the ledger treats an interrupted effect, which may or may not have happened. With `at-least-once`, the effect is retried, and may
 * happen twice. With `at-most-once`, the effect is not retried, and the ledger records it as `unknown`.
 */
export type Delivery = (typeof DELIVERIES)[number]

const DELIVERIES = ['at-least-once', 'at-most-once'] as const

/** An effect as the ledger stores it until it is done, with the data to run it again. */
export interface Effect extends EffectKey {
  readonly delivery: Delivery
  /** The event, with only those user attributes that the effect reads. */
  readonly event: CognitoEvent
}

/** A claim on an effect. The holder of the claim may run the effect until the lease ends. */
export interface EffectClaim extends EffectKey {
  /** Identifies the holder of the claim, so that a slow holder cannot overwrite the result of the next holder. */
  readonly token: string
  /** The number of this attempt to run the effect, starting at 1. */
  readonly attempt: number
}

/** The result of a claim. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly claim: EffectClaim }
  /** The effect is done, unknown or failed, and must not run again. */
  | { readonly kind: 'settled'; readonly state: 'done' | 'unknown' | 'failed' }
  /** Another invocation holds the claim, or the effect waits for its next attempt. */
  | { readonly kind: 'held' }

/** The failure of an effect, as it is written to the ledger. */
export type EffectFailure =
  /** The effect certainly did not happen, or `at-least-once` permits a second run. The effect is retried later. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** It is unknown whether the effect happened. The effect is not retried, because it must not happen twice. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Stores which effects are claimed and which are done. Every call is idempotent. */
export interface Ledger {
  /**
   * Claims an effect.
   *
   * @param token Identifies the claim, so that the claim can be released if the response to this call was lost.
   */
  readonly claim: (effect: Effect, token: string, signal: AbortSignal) => Promise<ClaimResult>
  /** Records that the effect is done, for as long as the user exists. Deletes the stored user data. */
  readonly done: (claim: EffectClaim, signal: AbortSignal) => Promise<void>
  /** Records that the effect failed. */
  readonly fail: (claim: EffectClaim, failure: EffectFailure, signal: AbortSignal) => Promise<void>
  /** Deletes the claim of an effect that had nothing to do, so that the effect can run at a later event. */
  readonly drop: (claim: EffectClaim, signal: AbortSignal) => Promise<void>
  readonly permissions?: readonly RulePermission[]
}

/** The options of `once`. */
export interface OnceOptions {
  /** How to treat an interrupted effect: `at-least-once` retries it, and `at-most-once` records it as `unknown`. */
  readonly delivery: Delivery
  /** Distinguishes several effects of one rule. Without an id, the rule's name identifies the effect. */
  readonly id?: string
}

/** A rule made by {@link once}, as a node of a composition. */
export interface OnceNode extends RuleNode {
  /** The name of the effect in the ledger. */
  readonly effect: string
  /** The attributes that the effect reads. */
  readonly reads: readonly string[]
}

// Time reserved to write the result to the ledger. Otherwise the result of a slow effect would be lost, and the effect would run again.
const MARK_MS = 600
const MARK_PART = 1 / 4
// The least time to start an effect. With less time, the effect would probably be interrupted, so it is retried later instead.
const LEAST_MS = 300
// Pause between attempts to write the result. A lost result can mean a second email, so the write is retried until the deadline.
const MARK_PAUSE_MS = 25

/**
 * Runs an effect once per user, even if Cognito repeats the event. Claims the effect in the ledger before it runs, and records its
 * result. If the ledger is unreachable, the effect does not run.
 *
 * The ledger stores only the attributes that the rule declares in `reads`, and the rule sees only these. This applies to the first run too,
 * so that a forgotten attribute is noticed before the sweeper retries the effect.
 *
 * @param rule A single effect, not a composition. It declares in `reads` which attributes it reads.
 * @param options `delivery` defines how to treat an effect that was interrupted.
 * @throws TypeError if the rule is a composition or has no `reads`, or if an option is unknown or invalid.
 * @example
 * once(dynamoLedger({ documents, table }), sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' })
 */
export function once<T extends Working>(ledger: Ledger, rule: RuleArgument<T> & DeclaresReads, options: OnceOptions): Rule<T> & OnceNode {
  assertRules('once()', [rule], 2)
  assertOptions('once()', options, ['delivery', 'id'])
  if (!DELIVERIES.includes(options.delivery))
    throw new TypeError(
      `once(): delivery is ${describeValue(options.delivery)}; expected ${DELIVERIES.map((each) => `'${each}'`).join(' or ')}`,
    )
  // Reject a composition, because it may skip the error of a rule. The ledger would then delete an effect whose result is unknown.
  if (isComposition(rule)) throw new TypeError(`once() takes one effect, but '${rule.name}' is a composition; put once() inside it`)
  const { reads } = rule
  assertReads(`once() needs a rule with reads; '${rule.name}' has none`, reads)
  const name = options.id === undefined ? rule.name : `${rule.name}:${options.id}`
  const composed = compose<T>({
    name: 'once',
    kind: 'once',
    children: [rule],
    ...(ledger.permissions && { permissions: ledger.permissions }),
    async evaluate(ctx, run): Promise<AnyOutcome<T>> {
      // Throw in a refusing trigger, because a repeated event would skip a denial. Handler factories check this too, but a custom rule may
      // run any rule.
      if (!run.contract.works) throw new TypeError('once() needs a trigger whose rules have effects')
      const effect = createEffect(ctx, name, options.delivery, reads)
      if (effect === undefined) return skip('no-sub', 'The ledger identifies a user by sub, and the event has none')
      const token = crypto.randomUUID()
      // This function is async, so that a synchronous throw of the ledger becomes a rejection.
      const claiming = async (): Promise<ClaimResult> => ledger.claim(effect, token, ctx.signal)
      const claimed = await run.wait(claiming()).catch((error) => {
        const { userPoolId, sub, event } = effect
        const lost = { userPoolId, sub, effect: name, token, triggerSource: event.triggerSource }
        throw new EffectLostError(ctx.appClient === undefined ? lost : { ...lost, appClient: ctx.appClient }, error)
      })
      if (claimed.kind === 'held') return skip('effect-held', 'Another delivery of the event is running the effect')
      if (claimed.kind === 'settled')
        return skip(`effect-${claimed.state}`, 'The ledger has a record of the effect, so it does not run again')
      const left = run.remainingMs()
      const withinMs = left - Math.min(MARK_MS, left * MARK_PART)
      // With a limit of 0 ms, the engine does not start the rule and returns a `NotDoneError`, so that the ledger retries it.
      const verdict = await run.evaluate(rule, limitContext(ctx, reads), { withinMs: withinMs < LEAST_MS ? 0 : withinMs })
      return recordResult(ledger, claimed.claim, verdict, options.delivery, ctx, run)
    },
  })
  return { ...composed, effect: name, reads }
}

/** Writes the result of an effect to the ledger. */
async function recordResult<T extends Working>(
  ledger: Ledger,
  claim: EffectClaim,
  verdict: Verdict<T>,
  delivery: Delivery,
  ctx: RuleContext<T>,
  run: Run,
): Promise<AnyOutcome<T>> {
  if (verdict.kind === 'error') {
    // If this write fails too, the claim's lease expires, and the effect counts as interrupted.
    await retryUntilDeadline(() => ledger.fail(claim, toFailure(verdict.error, delivery, ctx.event), ctx.signal), run).catch(
      () => undefined,
    )
    throw new RuleError(verdict)
  }
  if (verdict.kind === 'done') await retryUntilDeadline(() => ledger.done(claim, ctx.signal), run)
  else await retryUntilDeadline(() => ledger.drop(claim, ctx.signal), run)
  return verdict
}

/** @param event The event whose values are replaced by `hidden` in the error's code or name, because the ledger stores that text. */
function toFailure(error: unknown, delivery: Delivery, event: CognitoEvent): EffectFailure {
  const reason = hidePersonal(event)(toErrorReason(error))
  return delivery === 'at-least-once' || error instanceof NotDoneError ? { kind: 'retry', reason } : { kind: 'unknown', reason }
}

async function retryUntilDeadline(write: () => Promise<void>, run: Run): Promise<void> {
  let problem: unknown
  for (;;) {
    try {
      return await run.wait(write())
    } catch (error) {
      // Keep an earlier error, because it is more specific than the timeout.
      if (problem === undefined || !(error instanceof DeadlineExceededError)) problem = error
      if (run.remainingMs() <= MARK_PAUSE_MS) throw problem
      await new Promise((resolve) => setTimeout(resolve, MARK_PAUSE_MS))
    }
  }
}

/** Creates the effect to store, or returns undefined if the event has no `sub` or no pool. */
function createEffect(ctx: RuleContext<Working>, name: string, delivery: Delivery, reads: readonly string[]): Effect | undefined {
  const { event, user, appClient } = ctx
  if (user.sub === undefined || !event.userPoolId) return undefined
  const minimal: CognitoEvent = {
    version: event.version,
    triggerSource: event.triggerSource,
    region: event.region,
    userPoolId: event.userPoolId,
    userName: user.userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: appClient ?? null },
    request: { userAttributes: pickAttributes(user, reads) },
    response: {},
  }
  return { userPoolId: event.userPoolId, sub: user.sub, effect: name, delivery, event: minimal }
}

/** Returns a context with only the declared attributes, like the context that the sweeper passes to the rule. */
function limitContext<T extends Working>(ctx: RuleContext<T>, reads: readonly string[]): RuleContext<T> {
  const event = frozenCopy({ ...ctx.event, request: { ...ctx.event.request, userAttributes: pickAttributes(ctx.user, reads) } })
  return { ...ctx, event, user: readUser(event), invocation: ctx.invocation ?? ctx }
}

function pickAttributes({ attributes }: Pick<RuleUser, 'attributes'>, reads: readonly string[]): AttributeMap {
  return Object.fromEntries(
    ['sub', ...reads].flatMap((name) => {
      const value = attributes[name]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
