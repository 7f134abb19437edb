import type { Condition } from './condition.ts'
import type { Context } from './context.ts'
import { unbroken } from './errors.ts'
import { type AnyOutcome, type Deny, type ResponseOf, skip, type Verdict } from './outcome.ts'
import { assertReads } from './reads.ts'
import { compose, type Part, type Rule, type RuleNode, type Run, type Share } from './rule.ts'
import { andThen, isThenable, type Soon } from './soon.ts'
import type { Trigger } from './trigger.ts'

/**
 * Runs rules in order. The first denial ends it and is its outcome; so does the first broken rule, except in a post
 * trigger, where the rest still runs. It vouches if one of its rules did. Answers are merged field by field; the later wins.
 *
 * @throws TypeError when there is no rule.
 * @example
 * chain(allowEmailDomains('example.com'), requireAttributes(schema), autoConfirm())
 */
export function chain<T extends Trigger>(...rules: readonly Part<T>[]): Rule<T> {
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
export function when<T extends Trigger>(condition: Condition<T>, ...rules: readonly Part<T>[]): Rule<T> {
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
      andThen(run.ask(condition, ctx), (holds): Soon<AnyOutcome<T>> => (holds ? inOrder(rules, ctx, run) : skip('condition-false'))),
  })
}

function findOnce(node: RuleNode): RuleNode | undefined {
  if (node.kind === 'once') return node.children?.[0] ?? node
  return (node.children ?? []).map(findOnce).find((found) => found !== undefined)
}

function inOrder<T extends Trigger>(rules: readonly Rule<T>[], ctx: Context<T>, run: Run): Soon<AnyOutcome<T>> {
  let response: ResponseOf<T> | undefined
  let vouched: AnyOutcome<T> | undefined
  let worked = false

  /** Takes what a rule said into account; a denial is the end. */
  const take = (verdict: Verdict<T>): Deny | undefined => {
    if (verdict.kind === 'broken' && run.phase === 'post' && !verdict.sealed) return
    const outcome = unbroken(verdict)
    if (outcome.kind === 'deny') return outcome
    if (outcome.kind === 'allow') vouched ??= outcome
    if (outcome.kind === 'done') worked = true
    if (outcome.response !== undefined) response = response === undefined ? outcome.response : { ...response, ...outcome.response }
    return
  }
  const goOn = (from: number): Soon<AnyOutcome<T>> => {
    for (let place = from; place < rules.length; place += 1) {
      const rule = rules[place]
      if (rule === undefined) continue
      const verdict = run.evaluate(rule, ctx, shareOf(run, place, rules.length - place, response))
      if (isThenable(verdict)) return verdict.then((said) => take(said) ?? goOn(place + 1))
      const denied = take(verdict)
      if (denied !== undefined) return denied
    }
    const answer = response === undefined ? {} : { response }
    if (vouched !== undefined) return { kind: 'allow', ...(vouched.by !== undefined && { by: vouched.by }), ...answer }
    return { kind: worked ? 'done' : 'skip', ...answer }
  }
  return goOn(0)
}

/** Post rules do not stop at a broken one, so each keeps enough time for those after it, whatever its service does. */
function shareOf(run: Run, index: number, left: number, over: object | undefined): Share {
  return run.phase === 'post' && left > 1 ? { index, over, withinMs: run.remainingMs() / left } : { index, over }
}
