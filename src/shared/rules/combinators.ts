import { assertCondition, assertOptions, assertRules } from './arguments.ts'
import { assertReads, type Condition } from './condition.ts'
import { RuleError } from './errors.ts'
import { andThen, isThenable, type MaybePromise } from './invocation.ts'
import { type AnyOutcome, type Deny, deny, type ErrorVerdict, type Passed, type RefusalCode, skip, type Verdict } from './outcome.ts'
import { compose, type Rule, type RuleArgument, type RuleNode, type Run, type Share } from './rule.ts'
import type { Approving, Refusing, RuleContext, Trigger, Working } from './trigger.ts'

/**
 * Runs rules in order. A denial ends the chain. In a working trigger, an error never ends the chain. In any other trigger, an error ends
 * the chain if the trigger fails on errors, or if the error is inside `failClosed`. The chain allows if one of its rules allowed. The
 * trigger defines how answers are combined.
 *
 * @throws TypeError without a rule, or if an argument is not a rule.
 * @example
 * chain(allowEmailDomains('example.com'), requireAttributes(schema), autoConfirm())
 */
export function chain<T extends Trigger>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  assertRules('chain()', rules)
  return compose({ name: 'chain', kind: 'chain', children: rules, evaluate: (ctx, run) => inOrder(rules, ctx, run) })
}

/**
 * Runs rules in order if a condition is true, and skips otherwise. If the condition throws, the `when` has an error.
 *
 * @throws TypeError without a rule, or if an argument is neither a condition nor a rule. TypeError if a `once` is among the rules and
 *   the condition does not declare which attributes it reads: see `defineCondition`.
 * @example
 * when(not(triggeredBy('PreSignUp_AdminCreateUser')), allowEmailDomains('example.com'))
 */
export function when<T extends Trigger>(condition: Condition<T>, ...rules: readonly RuleArgument<T>[]): Rule<T> {
  assertCondition('when()', condition)
  assertRules('when()', rules, 2)
  // The sweeper evaluates the condition again later, but it has only the source, the app client and the user of the event.
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
    ...(condition.permissions && { permissions: condition.permissions }),
    evaluate: (ctx, run) =>
      andThen(
        run.ask(condition, ctx),
        (holds): MaybePromise<AnyOutcome<T>> => (holds ? inOrder(rules, ctx, run) : skip(condition.unmet ?? 'condition-false')),
      ),
  })
}

function findOnce(node: RuleNode): RuleNode | undefined {
  if (node.kind === 'once') return node.children?.[0] ?? node
  return (node.children ?? []).map(findOnce).find((found) => found !== undefined)
}

function inOrder<T extends Trigger>(rules: readonly Rule<T>[], ctx: RuleContext<T>, run: Run): MaybePromise<AnyOutcome<T>> {
  const { works, onError } = run.contract
  // True if the remaining rules run after an error.
  const runsAll = works || onError === 'continue'
  let answer: T['answer'] | undefined
  let allowed: Passed<T> | undefined
  let worked = false
  let failed: ErrorVerdict | undefined

  /** Adds a rule's verdict to the result of the chain. Returns the verdict if it is a denial, which ends the chain. */
  const add = (verdict: Verdict<T>): Deny | undefined => {
    if (verdict.kind === 'deny') return verdict
    if (verdict.kind === 'error') {
      if (!mustFail(verdict, run)) return
      // In a working trigger, the remaining rules still have their effects, and the error is thrown at the end.
      if (!works) throw new RuleError(verdict)
      failed ??= verdict
      return
    }
    if (verdict.kind === 'allow') allowed ??= verdict
    if (verdict.kind === 'done') worked = true
    if (verdict.answer !== undefined) answer = answer === undefined ? verdict.answer : run.combine(answer, verdict.answer)
    return
  }
  const runFrom = (from: number): MaybePromise<AnyOutcome<T>> => {
    for (let place = from; place < rules.length; place += 1) {
      const rule = rules[place]
      if (rule === undefined) continue
      const verdict = run.evaluate(rule, ctx, computeShare(run, runsAll, place, rules.length - place, answer))
      if (isThenable(verdict)) return verdict.then((settled) => add(settled) ?? runFrom(place + 1))
      const denied = add(verdict)
      if (denied !== undefined) return denied
    }
    if (failed !== undefined) throw new RuleError(failed)
    return toPassed(allowed, worked, answer)
  }
  return runFrom(0)
}

/** Returns true if an error fails the invocation, unless an outer combinator forgives the error. */
function mustFail(verdict: ErrorVerdict, run: Run): boolean {
  return verdict.mustFail || run.contract.onError === 'fail'
}

function toPassed<T extends Trigger>(allowed: Passed<T> | undefined, worked: boolean, answer: T['answer'] | undefined): Passed<T> {
  const answered = answer === undefined ? {} : { answer }
  if (allowed !== undefined) return { kind: 'allow', ...(allowed.by !== undefined && { by: allowed.by }), ...answered }
  if (worked) return { kind: 'done', ...answered }
  return { kind: answer === undefined ? 'skip' : 'answer', ...answered }
}

/**
 * Returns the settings for the next rule of a chain. A chain that runs all its rules divides its time, so that a slow rule leaves enough
 * time for the next.
 */
function computeShare(run: Run, runsAll: boolean, index: number, left: number, answered: unknown): Share {
  return runsAll && left > 1 ? { index, answered, withinMs: run.remainingMs() / left } : { index, answered }
}

/** The message of the denial if no rule allowed. The message fits every refusing trigger, and reveals nothing about the user. */
export const NOT_ALLOWED = 'This request is not allowed'

/**
 * Runs rules in order, and stops at the first that allows. If no rule allows, the `anyOf` has the error of a rule, if any. Otherwise it
 * denies, with the last denial if there is one. A skip does not count as allow.
 *
 * To exempt users, wrap the whole `anyOf`: `when(not(byAdministrator), anyOf(...))`. Inside the `anyOf` an exemption has
 * no effect, because `when` skips.
 *
 * @throws TypeError without a rule, or if an argument is not a rule.
 * @example
 * anyOf(allowEmailDomains('example.com'), requireInvite(invites))
 */
export function anyOf<T extends Approving>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  assertRules('anyOf()', rules)
  return compose({
    name: 'any-of',
    kind: 'anyOf',
    children: rules,
    async evaluate(ctx, run) {
      let denied: Deny | undefined
      let failed: ErrorVerdict | undefined
      for (const [index, rule] of rules.entries()) {
        const verdict = await run.evaluate(rule, ctx, { index, mustAllow: true })
        if (verdict.kind === 'allow') return verdict
        if (verdict.kind === 'deny') denied = verdict
        // An error inside `failClosed` takes precedence over an error that an outer `failOpen` may forgive.
        if (verdict.kind === 'error' && (failed === undefined || verdict.mustFail)) failed = verdict
      }
      if (failed !== undefined) throw new RuleError(failed)
      return denied ?? deny('no-rule-allowed', NOT_ALLOWED, { code: 'not-allowed', quiet: true })
    },
  })
}

/**
 * Makes a rule that denies if a condition is true, and skips otherwise.
 *
 * @param reason A constant identifier, for the log. The rule's name is `deny-if-` and the reason.
 * @param message The text that the end user reads.
 * @param code The code and the field for the application, as for `deny`.
 * @throws TypeError if the reason or the code is not an identifier, the message is empty, or the condition is not a function.
 * @example
 * denyIf(not(fromAppClient(WEB_CLIENT)), 'wrong-app-client', 'Sign up on our web site')
 */
export function denyIf<T extends Refusing>(
  condition: Condition<NoInfer<T>>,
  reason: string,
  message: string,
  code: RefusalCode = {},
): Rule<T> {
  assertCondition('denyIf()', condition)
  assertOptions('denyIf()', code, ['code', 'field'])
  const denial = deny(reason, message, code)
  return compose({
    name: `deny-if-${reason}`,
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    reasons: [reason],
    ...(condition.proof === 'domain' && { judges: 'email-domain' }),
    evaluate: (ctx, run) => andThen(run.ask(condition, ctx), (holds) => (holds ? denial : skip())),
  })
}

/** The options of `failOpen`. */
export interface FailOpenOptions {
  /** The rule's time limit in milliseconds. The default is a third of the time left in the invocation. */
  readonly withinMs?: number
}

/**
 * Runs a rule, and skips if the rule has an error. An error never becomes an allow. Use it for a check whose outage must not stop
 * sign-ins. The rule gets a share of the time, so that a rule that hangs leaves time for the next ones.
 *
 * @throws TypeError if the argument is not a rule, or an option is unknown.
 * @throws RangeError if `withinMs` is not positive.
 * @example
 * failOpen(denyDisposableEmail(), { withinMs: 300 })
 */
export function failOpen<T extends Trigger>(rule: RuleArgument<T>, options: FailOpenOptions = {}): Rule<T> {
  assertRules('failOpen()', [rule])
  assertOptions('failOpen()', options, ['withinMs'])
  const { withinMs } = options
  if (withinMs !== undefined && !(withinMs > 0)) throw new RangeError(`failOpen: withinMs is ${withinMs}; expected a positive number of ms`)
  return compose({
    name: 'fail-open',
    kind: 'failOpen',
    children: [rule],
    onError: 'continue',
    ...(withinMs !== undefined && { withinMs }),
    async evaluate(ctx, run) {
      const verdict = await run.evaluate(rule, ctx, { withinMs: withinMs ?? run.remainingMs() / 3 })
      return verdict.kind === 'error' && !verdict.mustFail ? skip('failed-open') : orThrow(verdict)
    },
  })
}

/**
 * Runs a rule, and fails the invocation if the rule has an error, even inside an outer `failOpen`. Only an `anyOf` in which another rule
 * allows forgives the error.
 *
 * @throws TypeError if the argument is not a rule.
 * @example
 * postConfirmation(failClosed(syncProfile(profiles)), sendWelcomeEmail(mailer, template))
 */
export function failClosed<T extends Trigger>(rule: RuleArgument<T>): Rule<T> {
  assertRules('failClosed()', [rule])
  return compose({
    name: 'fail-closed',
    kind: 'failClosed',
    children: [rule],
    onError: 'fail',
    evaluate: async (ctx, run) => orThrow(await run.evaluate(rule, ctx)),
  })
}

/**
 * Runs a rule after the decision, to try a new rule on real users. Its outcome is written to the trace and the log, and does not
 * change the decision. All shadow rules together get a quarter of the time left, at most 500 ms.
 *
 * @throws TypeError if the argument is not a rule.
 * @example
 * preSignUp(allowEmailDomains('example.com'), shadow(denyDisposableEmail()))
 */
export function shadow<T extends Refusing>(rule: RuleArgument<T>): Rule<T> {
  assertRules('shadow()', [rule])
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
 * Runs independent rules at the same time, under one deadline. An error of one rule does not stop the others.
 *
 * @throws TypeError without a rule, or if an argument is not a rule.
 * @example
 * postConfirmation(parallel(syncProfile(profiles), once(ledger, sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' })))
 */
export function parallel<T extends Working>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  assertRules('parallel()', rules)
  return compose({
    name: 'parallel',
    kind: 'parallel',
    children: rules,
    async evaluate(ctx, run): Promise<AnyOutcome<T>> {
      const verdicts = await Promise.all(rules.map((rule, index) => run.evaluate(rule, ctx, { index })))
      let answer: T['answer'] | undefined
      for (const verdict of verdicts) {
        if (verdict.kind === 'deny') return verdict
        if (verdict.kind === 'error' && mustFail(verdict, run)) throw new RuleError(verdict)
        if (verdict.kind !== 'error' && verdict.answer !== undefined)
          answer = answer === undefined ? verdict.answer : run.combine(answer, verdict.answer)
      }
      return toPassed<T>(
        undefined,
        verdicts.some(({ kind }) => kind === 'done'),
        answer,
      )
    },
  })
}

/** Returns the verdict, or throws a `RuleError` if it is an error. */
function orThrow<T extends Trigger>(verdict: Verdict<T>): AnyOutcome<T> {
  if (verdict.kind === 'error') throw new RuleError(verdict)
  return verdict
}
