import type { AttributeMap, CognitoEvent } from '../cognito/event.ts'
import { assertOptions, assertRules, describeValue } from './arguments.ts'
import { assertReads, type DeclaresReads } from './condition.ts'
import { DeadlineExceededError, EffectLostError, NotDoneError, RuleError, toErrorReason } from './errors.ts'
import { frozenCopy, readUser } from './invocation.ts'
import { type AnyOutcome, skip, type Verdict } from './outcome.ts'
import { hidePersonal } from './personal.ts'
import { compose, isComposition, type Rule, type RuleArgument, type RuleNode, type RulePermission, type Run } from './rule.ts'
import type { RuleContext, RuleUser, Working } from './trigger.ts'

/** One effect on one user: what it is, and for whom. */
export interface EffectKey {
  readonly userPoolId: string
  readonly sub: string
  /** The rule's name, with the `id` of its `once` if it has one. */
  readonly effect: string
}

/**
 * What of an effect that was cut off, so that nobody knows whether it happened. `at-least-once` runs it again: it may happen
 * twice. `at-most-once` does not: it may not have happened, which is then on record as `unknown`.
 */
export type Delivery = (typeof DELIVERIES)[number]

const DELIVERIES = ['at-least-once', 'at-most-once'] as const

/** An effect as a ledger keeps it until it is done: enough to run it again. */
export interface Effect extends EffectKey {
  readonly delivery: Delivery
  /** The event, with no more of the user than the effect needs. */
  readonly event: CognitoEvent
}

/** Leave to run an effect, until its lease ends. */
export interface EffectClaim extends EffectKey {
  /** Known to whoever holds the claim alone: a holder that was too slow must not overwrite the next one. */
  readonly token: string
  /** 1 for the first. */
  readonly attempt: number
}

/** The answer to a claim. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly claim: EffectClaim }
  /** Done before, or given up: not to be run again. */
  | { readonly kind: 'settled'; readonly state: 'done' | 'unknown' | 'failed' }
  /** Somebody else is at it, or it waits for its next attempt. */
  | { readonly kind: 'held' }

/** What a ledger is told when an effect did not end well. */
export type EffectFailure =
  /** It certainly did not happen, or may be run again: at the next attempt, not before. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** Nobody knows whether it happened, and it must not happen twice. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Remembers which effects are claimed and which are done. Every call may be repeated. */
export interface Ledger {
  /** @param token By which the claim is known again when its answer is lost. */
  readonly claim: (effect: Effect, token: string, signal: AbortSignal) => Promise<ClaimResult>
  /** It is done, for as long as the user lives; what was kept of the user is dropped. */
  readonly done: (claim: EffectClaim, signal: AbortSignal) => Promise<void>
  /** It did not come to be done. */
  readonly fail: (claim: EffectClaim, failure: EffectFailure, signal: AbortSignal) => Promise<void>
  /** There was nothing to do: as if it had never been claimed. */
  readonly drop: (claim: EffectClaim, signal: AbortSignal) => Promise<void>
  readonly permissions?: readonly RulePermission[]
}

/** What once-only means for an effect. */
export interface OnceOptions {
  /** What to do about an effect that was cut off, so that nobody knows whether it happened. */
  readonly delivery: Delivery
  /** Tells several effects of one rule apart. Without it, the rule's name alone identifies the effect. */
  readonly id?: string
}

/** A rule made by {@link once}, as a composition shows it. */
export interface OnceNode extends RuleNode {
  /** Under which name its effects are in the ledger. */
  readonly effect: string
  /** The attributes that the effect reads. */
  readonly reads: readonly string[]
}

// What it takes to write into the ledger that the effect is done; without it a slow effect would be forgotten, and repeated.
const MARK_MS = 600
const MARK_PART = 1 / 4
// An effect that begins with less is likely to be cut off halfway, and then nobody knows; put off, it is only late.
const LEAST_MS = 300
// A mark that is not written means a second mail, so it is tried until the time is over.
const MARK_PAUSE_MS = 25

/**
 * Runs an effect once a user, however often its event comes: it is claimed in a ledger before it runs and marked when it is
 * done. A repeated event runs what is not done and skips what is. When the ledger cannot be reached the effect does not run.
 *
 * The ledger keeps the attributes that the rule declares in `reads`, and the rule sees no others. So a rule that lacks one
 * shows that at its first event, and not only when the sweeper runs it.
 *
 * @param rule One effect, not a composition of some. It declares in `reads` which attributes it reads.
 * @param options `delivery` spells out what no ledger can know.
 * @throws TypeError when the rule is a composition, or does not declare what it reads.
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
  // A composition passes over a broken rule inside it, and the ledger would take what nobody knows for nothing to do.
  if (isComposition(rule)) throw new TypeError(`once() takes one effect; '${rule.name}' is a composition, which goes around it`)
  const { reads } = rule
  assertReads(`once() needs a rule that declares which attributes it reads; '${rule.name}' does not`, reads)
  const name = options.id === undefined ? rule.name : `${rule.name}:${options.id}`
  const composed = compose<T>({
    name: 'once',
    kind: 'once',
    children: [rule],
    ...(ledger.permissions && { permissions: ledger.permissions }),
    async evaluate(ctx, run): Promise<AnyOutcome<T>> {
      // A repeated event would pass by a denial. Factories refuse it already, but a rule of a user's may run anything.
      if (!run.contract.works) throw new TypeError('once() is for triggers whose rules have effects')
      const effect = createEffect(ctx, name, options.delivery, reads)
      if (effect === undefined) return skip('no-sub')
      const token = crypto.randomUUID()
      // An async function, so that a ledger which throws at once counts as one whose promise rejects.
      const claiming = async (): Promise<ClaimResult> => ledger.claim(effect, token, ctx.signal)
      const claimed = await run.wait(claiming()).catch((error) => {
        const { userPoolId, sub, event } = effect
        const lost = { userPoolId, sub, effect: name, token, triggerSource: event.triggerSource }
        throw new EffectLostError(ctx.appClient === undefined ? lost : { ...lost, appClient: ctx.appClient }, error)
      })
      if (claimed.kind === 'held') return skip('effect-held')
      if (claimed.kind === 'settled') return skip(`effect-${claimed.state}`)
      const left = run.remainingMs()
      const withinMs = left - Math.min(MARK_MS, left * MARK_PART)
      // A rule without time is not begun, which the engine says of it and the ledger is told.
      const verdict = await run.evaluate(rule, readingOnly(ctx, reads), { withinMs: withinMs < LEAST_MS ? 0 : withinMs })
      return settle(ledger, claimed.claim, verdict, options.delivery, ctx, run)
    },
  })
  return { ...composed, effect: name, reads }
}

async function settle<T extends Working>(
  ledger: Ledger,
  claim: EffectClaim,
  verdict: Verdict<T>,
  delivery: Delivery,
  ctx: RuleContext<T>,
  run: Run,
): Promise<AnyOutcome<T>> {
  if (verdict.kind === 'error') {
    // When even this fails the claim's lease runs out, and the effect counts as cut off.
    await persistently(() => ledger.fail(claim, failure(verdict.error, delivery, ctx.event), ctx.signal), run).catch(() => undefined)
    throw new RuleError(verdict)
  }
  if (verdict.kind === 'done') await persistently(() => ledger.done(claim, ctx.signal), run)
  else await persistently(() => ledger.drop(claim, ctx.signal), run)
  return verdict
}

/** @param event Its values are kept out of the reason, which stays in the ledger. */
function failure(error: unknown, delivery: Delivery, event: CognitoEvent): EffectFailure {
  const reason = hidePersonal(event)(toErrorReason(error))
  return delivery === 'at-least-once' || error instanceof NotDoneError ? { kind: 'retry', reason } : { kind: 'unknown', reason }
}

async function persistently(write: () => Promise<void>, run: Run): Promise<void> {
  let problem: unknown
  for (;;) {
    try {
      return await run.wait(write())
    } catch (error) {
      // That the time ran out says less than what it ran out on.
      if (problem === undefined || !(error instanceof DeadlineExceededError)) problem = error
      if (run.remainingMs() <= MARK_PAUSE_MS) throw problem
      await new Promise((resolve) => setTimeout(resolve, MARK_PAUSE_MS))
    }
  }
}

/** The event with no more of the user than the effect reads. */
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
    request: { userAttributes: attributesRead(user, reads) },
    response: {},
  }
  return { userPoolId: event.userPoolId, sub: user.sub, effect: name, delivery, event: minimal }
}

/** What the rule sees now: the attributes with which the sweeper would run it. */
function readingOnly<T extends Working>(ctx: RuleContext<T>, reads: readonly string[]): RuleContext<T> {
  const event = frozenCopy({ ...ctx.event, request: { ...ctx.event.request, userAttributes: attributesRead(ctx.user, reads) } })
  return { ...ctx, event, user: readUser(event), invocation: ctx.invocation ?? ctx }
}

function attributesRead({ attributes }: Pick<RuleUser, 'attributes'>, reads: readonly string[]): AttributeMap {
  return Object.fromEntries(
    ['sub', ...reads].flatMap((name) => {
      const value = attributes[name]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
