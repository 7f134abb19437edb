import { assertCondition, assertOptions, assertRules } from './arguments.ts'
import { assertReads, type Condition } from './condition.ts'
import { RuleError } from './errors.ts'
import { andThen, isThenable, type MaybePromise } from './invocation.ts'
import { type AnyOutcome, type Deny, deny, type ErrorVerdict, type Passed, skip, type Verdict } from './outcome.ts'
import { compose, type Rule, type RuleArgument, type RuleNode, type Run, type Share } from './rule.ts'
import type { Approving, Refusing, RuleContext, Trigger, Working } from './trigger.ts'

/**
 * Runs rules in order. The first denial ends it and is its outcome. So does the first error, except where the trigger works or
 * continues: there the rest still runs. It allows if one of its rules did. Answers are combined as the trigger says.
 *
 * @throws TypeError when there is no rule, or one of the arguments is not a rule.
 * @example
 * chain(allowEmailDomains('example.com'), requireAttributes(schema), autoConfirm())
 */
export function chain<T extends Trigger>(...rules: readonly RuleArgument<T>[]): Rule<T> {
  assertRules('chain()', rules)
  return compose({ name: 'chain', kind: 'chain', children: rules, evaluate: (ctx, run) => inOrder(rules, ctx, run) })
}

/**
 * Runs rules in order where a condition holds, and skips where it does not. A condition that throws is an error of the `when`.
 *
 * @throws TypeError when there is no rule, when an argument is not what it should be, or when one of the rules is inside `once` and
 *   the condition does not declare which attributes it reads: see `defineCondition`.
 * @example
 * when(not(triggeredBy('PreSignUp_AdminCreateUser')), allowEmailDomains('example.com'))
 */
export function when<T extends Trigger>(condition: Condition<T>, ...rules: readonly RuleArgument<T>[]): Rule<T> {
  assertCondition('when()', condition)
  assertRules('when()', rules, 2)
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
  const { works, onError } = run.contract
  // Rules that run whatever became of those before them.
  const runsAll = works || onError === 'continue'
  let answer: T['answer'] | undefined
  let allowed: Passed<T> | undefined
  let worked = false
  let failed: ErrorVerdict | undefined

  /** Takes a verdict into account; a denial is the end. */
  const take = (verdict: Verdict<T>): Deny | undefined => {
    if (verdict.kind === 'deny') return verdict
    if (verdict.kind === 'error') {
      if (!mustFail(verdict, run)) return
      // Working triggers lose nothing: the rest runs, and the error comes out at the end.
      if (!works) throw new RuleError(verdict)
      failed ??= verdict
      return
    }
    if (verdict.kind === 'allow') allowed ??= verdict
    if (verdict.kind === 'done') worked = true
    if (verdict.answer !== undefined) answer = answer === undefined ? verdict.answer : run.combine(answer, verdict.answer)
    return
  }
  const goOn = (from: number): MaybePromise<AnyOutcome<T>> => {
    for (let place = from; place < rules.length; place += 1) {
      const rule = rules[place]
      if (rule === undefined) continue
      const verdict = run.evaluate(rule, ctx, computeShare(run, runsAll, place, rules.length - place, answer))
      if (isThenable(verdict)) return verdict.then((said) => take(said) ?? goOn(place + 1))
      const denied = take(verdict)
      if (denied !== undefined) return denied
    }
    if (failed !== undefined) throw new RuleError(failed)
    return passed(allowed, worked, answer)
  }
  return goOn(0)
}

/** Whether an error ends the invocation, where nothing further out forgives it. */
function mustFail(verdict: ErrorVerdict, run: Run): boolean {
  return verdict.mustFail || run.contract.onError === 'fail'
}

function passed<T extends Trigger>(allowed: Passed<T> | undefined, worked: boolean, answer: T['answer'] | undefined): Passed<T> {
  const answered = answer === undefined ? {} : { answer }
  if (allowed !== undefined) return { kind: 'allow', ...(allowed.by !== undefined && { by: allowed.by }), ...answered }
  if (worked) return { kind: 'done', ...answered }
  return { kind: answer === undefined ? 'skip' : 'answer', ...answered }
}

/** A chain that runs all its rules shares its time, so that each keeps enough whatever the service of an earlier one does. */
function computeShare(run: Run, runsAll: boolean, index: number, left: number, answered: unknown): Share {
  return runsAll && left > 1 ? { index, answered, withinMs: run.remainingMs() / left } : { index, answered }
}

/** What the caller reads when no rule allowed: it must fit every trigger that refuses, and tell nothing. */
export const NOT_ALLOWED = 'This request is not allowed'

/**
 * Lets users through whom one of the rules allows. Runs the rules in order and stops at the first that allows. If none does it
 * denies: with the last denial if there is one. If a rule had an error, it is an error. A rule that only skips never opens it.
 *
 * An exemption wraps the whole, it is never a branch: `when(not(byAdministrator), anyOf(...))`.
 *
 * @throws TypeError when there is no rule, or one of the arguments is not a rule.
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
        // One that must not be forgiven further out must not hide behind one that may.
        if (verdict.kind === 'error' && (failed === undefined || verdict.mustFail)) failed = verdict
      }
      if (failed !== undefined) throw new RuleError(failed)
      return denied ?? deny('no-rule-allowed', NOT_ALLOWED)
    },
  })
}

/**
 * Denies where a condition holds. It never allows.
 *
 * @param reason A constant identifier, for the log; the rule's name is made of it.
 * @param message What the caller reads.
 * @throws TypeError when the reason is not an identifier, the message is empty, or the condition is not a function.
 * @example
 * denyIf(not(fromAppClient(WEB_CLIENT)), 'wrong-app-client', 'Sign up on our web site')
 */
export function denyIf<T extends Refusing>(condition: Condition<NoInfer<T>>, reason: string, message: string): Rule<T> {
  assertCondition('denyIf()', condition)
  const denial = deny(reason, message)
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

/** How a rule that may fail is bounded. */
export interface FailOpenOptions {
  /** At most that many milliseconds; by default a third of what is left of the invocation. */
  readonly withinMs?: number
}

/**
 * Skips where the rule has an error: for checks that are not worth a refused sign-in when their service is down. It never allows
 * in the rule's place. The rule gets only a share of the time, so that one which hangs does not starve those after it.
 *
 * @throws TypeError or RangeError when the rule or an option is not what it should be.
 * @example
 * failOpen(denyDisposableEmail(), { withinMs: 300 })
 */
export function failOpen<T extends Trigger>(rule: RuleArgument<T>, options: FailOpenOptions = {}): Rule<T> {
  assertRules('failOpen()', [rule])
  assertOptions('failOpen()', options, ['withinMs'])
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
 * Fails the invocation where the rule has an error, whatever stands around it. Only an `anyOf` in which another rule allows
 * forgives it.
 *
 * @throws TypeError when the argument is not a rule.
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
 * Runs a rule after the decision, in a bounded part of the time left. What it returns goes to the trace and the log, and changes
 * nothing. For trying a new rule on real users.
 *
 * @throws TypeError when the argument is not a rule.
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
 * Runs rules that do not depend on each other at the same time, under one deadline. An error neither stops nor hides the others.
 *
 * @throws TypeError when there is no rule, or one of the arguments is not a rule.
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
      return passed<T>(
        undefined,
        verdicts.some(({ kind }) => kind === 'done'),
        answer,
      )
    },
  })
}

/** Returns a verdict, or throws what it carries if it is an error. */
function orThrow<T extends Trigger>(verdict: Verdict<T>): AnyOutcome<T> {
  if (verdict.kind === 'error') throw new RuleError(verdict)
  return verdict
}
