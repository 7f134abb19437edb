import { assertReads, type Condition } from './condition.ts'
import { RuleError } from './errors.ts'
import { andThen, isThenable, type MaybePromise } from './invocation.ts'
import { type AnyOutcome, type Deny, deny, type ErrorVerdict, type ResponseOf, skip, type Verdict } from './outcome.ts'
import { assertPost, compose, type Rule, type RuleArgument, type RuleNode, type Run, type Share } from './rule.ts'
import type { PostTrigger, PreTrigger, RuleContext, Trigger } from './trigger.ts'

/**
 * Runs rules in order. The first denial ends it and is its outcome; so does the first broken rule, except in a post
 * trigger, where the rest still runs. It allows if one of its rules did. Answers are merged field by field; the later wins.
 *
 * @throws TypeError when there is no rule.
 * @example
 * chain(allowEmailDomains('example.com'), requireAttributes(schema), autoConfirm())
 */
export function chain<T extends Trigger>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  if (rules.length === 0) throw new TypeError('chain() needs at least one rule: an empty chain would let everybody through')
  return compose({ name: 'chain', kind: 'chain', children: rules, evaluate: (ctx, run) => inOrder(rules, ctx, run) })
}

/**
 * Runs rules in order where a condition holds, and skips where it does not. A condition that throws breaks it.
 *
 * @throws TypeError when there is no rule, or when one of them is inside `once` and the condition does not declare which
 *   attributes it reads: see `defineCondition`.
 * @example
 * when(not(triggeredBy('PreSignUp_AdminCreateUser')), allowEmailDomains('example.com'))
 */
export function when<T extends Trigger>(condition: Condition<T>, ...rules: readonly RuleArgument<T>[]): Rule<T> {
  if (rules.length === 0) throw new TypeError('when() needs at least one rule after its condition')
  // The sweeper asks the condition again, when all that it has of the event is the source, the app client and the user.
  const effect = rules.map(findOnce).find((found) => found !== undefined)
  if (effect !== undefined)
    assertReads(
      `when() around once('${effect.name}') needs a condition that declares which attributes it reads; use defineCondition()`,
      condition.reads,
    )
  return compose<T>({
    name: 'when',
    kind: 'when',
    condition,
    children: rules,
    evaluate: (ctx, run) =>
      andThen(
        run.ask(condition, ctx),
        (holds): MaybePromise<AnyOutcome<T>> => (holds ? inOrder(rules, ctx, run) : skip('condition-false')),
      ),
  })
}

function findOnce(node: RuleNode): RuleNode | undefined {
  if (node.kind === 'once') return node.children?.[0] ?? node
  return (node.children ?? []).map(findOnce).find((found) => found !== undefined)
}

function inOrder<T extends Trigger>(rules: readonly Rule<T>[], ctx: RuleContext<T>, run: Run): MaybePromise<AnyOutcome<T>> {
  let response: ResponseOf<T> | undefined
  let allowed: AnyOutcome<T> | undefined
  let worked = false

  /** Takes what a rule said into account; a denial is the end. */
  const take = (verdict: Verdict<T>): Deny | undefined => {
    if (verdict.kind === 'error' && run.phase === 'post' && !verdict.mustFail) return
    const outcome = orThrow(verdict)
    if (outcome.kind === 'deny') return outcome
    if (outcome.kind === 'allow') allowed ??= outcome
    if (outcome.kind === 'done') worked = true
    if (outcome.response !== undefined) response = response === undefined ? outcome.response : { ...response, ...outcome.response }
    return
  }
  const goOn = (from: number): MaybePromise<AnyOutcome<T>> => {
    for (let place = from; place < rules.length; place += 1) {
      const rule = rules[place]
      if (rule === undefined) continue
      const verdict = run.evaluate(rule, ctx, shareOf(run, place, rules.length - place, response))
      if (isThenable(verdict)) return verdict.then((said) => take(said) ?? goOn(place + 1))
      const denied = take(verdict)
      if (denied !== undefined) return denied
    }
    const answer = response === undefined ? {} : { response }
    if (allowed !== undefined) return { kind: 'allow', ...(allowed.by !== undefined && { by: allowed.by }), ...answer }
    return { kind: worked ? 'done' : 'skip', ...answer }
  }
  return goOn(0)
}

/** Post rules do not stop at a broken one, so each keeps enough time for those after it, whatever its service does. */
function shareOf(run: Run, index: number, left: number, over: object | undefined): Share {
  return run.phase === 'post' && left > 1 ? { index, over, withinMs: run.remainingMs() / left } : { index, over }
}

/** What the caller reads when no rule allowed: it must fit every pre trigger and tell nothing. */
export const NOT_ALLOWED = 'This request is not allowed'

/**
 * Passes users for whom one of the rules allows; asks them in order and stops at the first that does. If none allows it
 * denies: with the last denial if there is one, broken if a rule broke. A rule that only skips never opens it.
 *
 * An exemption wraps the whole, it is never a branch: `when(not(byAdministrator), anyOf(...))`.
 *
 * @throws TypeError when there is no rule.
 * @example
 * anyOf(allowEmailDomains('example.com'), requireInvite(invites))
 */
export function anyOf<T extends PreTrigger>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  if (rules.length === 0) throw new TypeError('anyOf() needs at least one rule: no rule could ever allow')
  return compose({
    name: 'any-of',
    kind: 'anyOf',
    children: rules,
    async evaluate(ctx, run) {
      let denied: Deny | undefined
      let broken: ErrorVerdict | undefined
      for (const [index, rule] of rules.entries()) {
        const verdict = await run.evaluate(rule, ctx, { index })
        if (verdict.kind === 'allow') return verdict
        if (verdict.kind === 'deny') denied = verdict
        // One that must not be forgiven further out must not hide behind one that may.
        if (verdict.kind === 'error' && (broken === undefined || verdict.mustFail)) broken = verdict
      }
      if (broken !== undefined) throw new RuleError(broken)
      return denied ?? deny('no-rule-allowed', NOT_ALLOWED)
    },
  })
}

/**
 * Denies where a condition holds. It never allows.
 *
 * @param reason A constant identifier, for the log; the rule's name is made of it.
 * @param message What the caller reads.
 * @throws TypeError when the reason is no identifier or the message is empty.
 * @example
 * denyIf(not(fromAppClient(WEB_CLIENT)), 'wrong-app-client', 'Sign up on our web site')
 */
export function denyIf<T extends PreTrigger>(condition: Condition<NoInfer<T>>, reason: string, message: string): Rule<T> {
  const denial = deny(reason, message)
  return compose({
    name: `deny-if-${reason}`,
    kind: 'guard',
    permissions: [],
    ...(condition.proof === 'domain' && { judges: 'email-domain' }),
    evaluate: (ctx, run) => andThen(run.ask(condition, ctx), (holds) => (holds ? denial : skip())),
  })
}

/** How a rule that may break is bounded. */
export interface FailOpenOptions {
  /** At most that many milliseconds; by default a third of what is left of the invocation. */
  readonly withinMs?: number
}

/**
 * Skips where the rule breaks: for checks that are not worth a refused sign-in when their service is down. Never allows
 * in the rule's place. The rule gets only a share of the time, so that one which hangs does not starve those after it.
 *
 * @throws RangeError when `withinMs` is not a positive number.
 * @example
 * failOpen(denyDisposableEmail(), { withinMs: 300 })
 */
export function failOpen<T extends Trigger>(rule: RuleArgument<T>, options: FailOpenOptions = {}): Rule<T> {
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
      return verdict.kind === 'error' && !verdict.mustFail ? skip('failed-open') : orThrow(verdict)
    },
  })
}

/**
 * Fails the invocation where the rule breaks, whatever stands around it; the default of pre triggers, spelt out. Only an
 * `anyOf` in which another rule allows forgives it.
 *
 * @example
 * postConfirmation(failClosed(syncProfile(profiles)), sendWelcomeEmail(mailer, template))
 */
export function failClosed<T extends Trigger>(rule: RuleArgument<T>): Rule<T> {
  return compose({
    name: 'fail-closed',
    kind: 'failClosed',
    children: [rule],
    onError: 'fail',
    evaluate: async (ctx, run) => orThrow(await run.evaluate(rule, ctx)),
  })
}

/**
 * Runs a rule after the decision, in a bounded part of the time left: what it would have said goes to the trace and the
 * log, and changes nothing. For trying a new rule on real users.
 *
 * @example
 * preSignUp(allowEmailDomains('example.com'), shadow(denyDisposableEmail()))
 */
export function shadow<T extends PreTrigger>(rule: RuleArgument<T>): Rule<T> {
  return compose({
    name: 'shadow',
    kind: 'shadow',
    children: [rule],
    async evaluate(ctx, run) {
      run.defer(rule, ctx)
      return skip('shadowed')
    },
  })
}

/**
 * Runs post rules that do not depend on each other at the same time, under one deadline. One that breaks neither stops nor
 * hides the others.
 *
 * @throws TypeError when there is no rule.
 * @example
 * postConfirmation(parallel(syncProfile(profiles), once(ledger, sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' })))
 */
export function parallel<T extends PostTrigger>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  if (rules.length === 0) throw new TypeError('parallel() needs at least one rule')
  return compose({
    name: 'parallel',
    kind: 'parallel',
    children: rules,
    async evaluate(ctx, run): Promise<AnyOutcome<T>> {
      assertPost(run, 'parallel')
      const verdicts = await Promise.all(rules.map((rule, index) => run.evaluate(rule, ctx, { index })))
      let response: ResponseOf<T> | undefined
      let worked = false
      for (const verdict of verdicts) {
        if (verdict.kind === 'error' && !verdict.mustFail) continue
        const outcome = orThrow(verdict)
        if (outcome.kind === 'done') worked = true
        if (outcome.kind !== 'deny' && outcome.response !== undefined) response = { ...response, ...outcome.response }
      }
      return { kind: worked ? 'done' : 'skip', ...(response !== undefined && { response }) }
    },
  })
}

/** What a rule said, or, of a broken one, its error thrown. */
function orThrow<T extends Trigger>(verdict: Verdict<T>): AnyOutcome<T> {
  if (verdict.kind === 'error') throw new RuleError(verdict)
  return verdict
}
