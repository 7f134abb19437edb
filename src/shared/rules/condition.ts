import type { TriggerSource } from '../cognito/triggers.ts'
import { assertCondition, assertConditions, assertTexts, describeValue } from './arguments.ts'
import { andThen, isThenable, type MaybePromise } from './invocation.ts'
import type { RulePermission } from './rule.ts'
import type { RuleContext, Trigger } from './trigger.ts'

/**
 * Marks a condition that proves nothing about the user's identity. `domain`: the condition reads only the domain of an email address.
 * `circumstance`: it reads the trigger source, the app client or an attribute. A condition without this mark may hold proof.
 */
export type Proof = 'domain' | 'circumstance'

/**
 * A function from a context to a boolean, or to a promise of a boolean. If the condition throws, the rule that evaluates the condition has
 * an error.
 */
export interface Condition<T extends Trigger = Trigger> {
  (ctx: RuleContext<T>): boolean | Promise<boolean>
  /** Set on conditions that hold no proof of the user's identity, so that rules that need proof can reject them. */
  readonly proof?: Proof
  /**
   * The user attributes that the condition reads. Required for a condition around `once`, because the sweeper evaluates the
   * condition again without the whole event.
   */
  readonly reads?: readonly string[]
  /** The reason with which a `when` skips if this condition is false. The metric `Skips` counts these skips. */
  readonly unmet?: string
  /** The permissions that the condition needs. A `when` declares them. */
  readonly permissions?: readonly RulePermission[]
}

/** Sets the `proof` and `reads` of a condition. */
export function withProof<T extends Trigger>(
  proof: Proof | undefined,
  reads: readonly string[] | undefined,
  condition: (ctx: RuleContext<T>) => boolean | Promise<boolean>,
): Condition<T> {
  return Object.assign(condition, proof !== undefined && { proof }, reads !== undefined && { reads })
}

/**
 * Makes a condition that declares which attributes it reads. A condition around `once` must declare them, because the sweeper
 * evaluates the condition again later. The sweeper passes the user's current attributes from the pool, and the trigger source and app
 * client of the event. It has no validation data and no client metadata, so the condition must not depend on these.
 *
 * @param condition Returns a boolean or a promise of one. It may throw.
 * @throws TypeError if `condition` is not a function, or `reads` is not a list of attribute names.
 * @example
 * const onTrial = defineCondition(({ user }) => user.attributes['custom:plan'] === 'trial', { reads: ['custom:plan'] })
 * when(onTrial, once(ledger, sendOffer, { delivery: 'at-most-once' }))
 */
export function defineCondition<T extends Trigger = Trigger>(
  condition: Condition<T>,
  options: DeclaresReads,
): Condition<T> & DeclaresReads {
  assertCondition('defineCondition()', condition)
  const reads: unknown = Object(options).reads
  assertReads('defineCondition', reads)
  // Wrap the function instead of changing it, because the same function may be declared twice with different `reads`.
  return Object.assign((ctx: RuleContext<T>) => condition(ctx), condition.proof !== undefined && { proof: condition.proof }, {
    reads: [...reads],
  })
}

/** Returns all attributes that the conditions read, or undefined if one of them does not declare its `reads`. */
function unionOfReads(parts: readonly Condition<never>[]): readonly string[] | undefined {
  const declared = parts.flatMap(({ reads }) => (reads === undefined ? [] : [reads]))
  return declared.length < parts.length ? undefined : [...new Set(declared.flat())]
}

/**
 * Evaluates a condition.
 *
 * @throws TypeError if the result is not a boolean. A truthy result is not enough: in plain JavaScript, `not` would turn a forgotten
 *   `return` into true.
 */
export function evaluateCondition<T extends Trigger>(condition: Condition<T>, ctx: RuleContext<T>): MaybePromise<boolean> {
  const answer = condition(ctx)
  return isThenable(answer) ? Promise.resolve(answer).then(requireBoolean) : requireBoolean(answer)
}

function requireBoolean(answer: unknown): boolean {
  if (typeof answer !== 'boolean') throw new TypeError(`A condition must return a boolean; this one returned ${describeValue(answer)}`)
  return answer
}

/** Returns the `proof` of an `and`. It is undefined if one of the conditions has no `proof`, because that condition may hold proof. */
function strongest(parts: readonly Condition<never>[]): Proof | undefined {
  if (parts.some((part) => part.proof === undefined)) return undefined
  return parts.some((part) => part.proof === 'domain') ? 'domain' : 'circumstance'
}

/** Returns the `proof` of an `or`. The `proof` of one condition is enough, because that condition alone can make the `or` true. */
function weakest(parts: readonly Condition<never>[]): Proof | undefined {
  const weak = parts.filter((part) => part.proof !== undefined)
  return weak.length === 0 ? undefined : strongest(weak)
}

/**
 * Makes a condition that is true if all conditions are true. Evaluates them from left to right, and stops at the first false one.
 *
 * @throws TypeError without a condition, or if an argument is not a function.
 */
export function and<T extends Trigger>(...conditions: readonly Condition<T>[]): Condition<T> {
  assertConditions('and()', conditions)
  return withProof(strongest(conditions), unionOfReads(conditions), (ctx: RuleContext<T>) => untilOneIs(false, conditions, ctx))
}

/**
 * Makes a condition that is true if any condition is true. Evaluates them from left to right, and stops at the first true one.
 *
 * @throws TypeError without a condition, or if an argument is not a function.
 */
export function or<T extends Trigger>(...conditions: readonly Condition<T>[]): Condition<T> {
  assertConditions('or()', conditions)
  return withProof(weakest(conditions), unionOfReads(conditions), (ctx: RuleContext<T>) => untilOneIs(true, conditions, ctx))
}

/** Evaluates conditions from left to right. Returns `wanted` as soon as one condition returns `wanted`, and `!wanted` if none does. */
function untilOneIs<T extends Trigger>(wanted: boolean, conditions: readonly Condition<T>[], ctx: RuleContext<T>): MaybePromise<boolean> {
  for (const [place, condition] of conditions.entries()) {
    const answer = evaluateCondition(condition, ctx)
    if (isThenable(answer)) {
      return answer.then((settled) => (settled === wanted ? wanted : untilOneIs(wanted, conditions.slice(place + 1), ctx)))
    }
    if (answer === wanted) return wanted
  }
  return !wanted
}

/**
 * Makes a condition that is true if the given one is false. An error of the condition stays an error.
 *
 * @throws TypeError if the argument is not a function.
 */
export function not<T extends Trigger>(condition: Condition<T>): Condition<T> {
  assertCondition('not()', condition)
  return withProof(condition.proof, condition.reads, (ctx: RuleContext<T>) =>
    andThen(evaluateCondition(condition, ctx), (answer) => !answer),
  )
}

/**
 * Makes a condition that is true if the event's `triggerSource` is one of these.
 *
 * @throws TypeError without a source, or if an argument is not a string.
 * @example
 * when(not(triggeredBy('PreSignUp_AdminCreateUser')), allowEmailDomains('example.com'))
 */
export function triggeredBy(...sources: readonly TriggerSource[]): Condition {
  assertTexts('triggeredBy()', sources)
  const known: ReadonlySet<string> = new Set(sources)
  return withProof('circumstance', [], ({ event }: RuleContext) => known.has(event.triggerSource))
}

/**
 * Makes a condition that is true if the call came through one of these app clients. It holds no proof, because anyone can use a
 * public app client.
 *
 * @throws TypeError without an app client, or if an argument is not a string.
 */
export function fromAppClient(...clientIds: readonly string[]): Condition {
  assertTexts('fromAppClient()', clientIds)
  const known: ReadonlySet<string> = new Set(clientIds)
  return withProof('circumstance', [], ({ appClient }: RuleContext) => appClient !== undefined && known.has(appClient))
}

/**
 * Makes a condition that is true if the user has a non-empty attribute, or an attribute with the given value. It holds no proof,
 * because users choose their attributes at sign-up.
 *
 * @throws TypeError if an argument is not a string.
 * @example
 * hasAttribute('custom:plan', 'trial')
 */
export function hasAttribute(name: string, value?: string): Condition {
  assertTexts('hasAttribute()', value === undefined ? [name] : [name, value])
  return withProof('circumstance', [name], ({ user }: RuleContext) => {
    const actual = user.attributes[name]
    return value === undefined ? actual !== undefined && actual !== '' : actual === value
  })
}

/** Declares which user attributes a condition or rule reads, such as `['email', 'custom:plan']`. `[]` means none. */
export interface DeclaresReads {
  readonly reads: readonly string[]
}

/**
 * Checks that `reads` is a list of attribute names, for callers in plain JavaScript.
 *
 * @param owner The start of the error's message.
 * @throws TypeError if it is not a list of non-empty strings.
 */
export function assertReads(owner: string, reads: unknown): asserts reads is readonly string[] {
  if (Array.isArray(reads) && reads.every((name) => typeof name === 'string' && name !== '')) return
  throw new TypeError(`${owner}: reads must be a list of attribute names, such as ['email'], or []`)
}

/**
 * Wraps a lookup so that it runs at most once per invocation. All rules and conditions share its result, or its error.
 *
 * @example
 * const invite = perInvocation(({ user, signal }) => invites.find(user.email, signal))
 * preSignUp(requireInvite(invite), autoConfirm({ when: async (ctx) => (await invite(ctx)) !== undefined }))
 */
export function perInvocation<T extends Trigger, V>(lookUp: (ctx: RuleContext<T>) => V | Promise<V>): (ctx: RuleContext<T>) => Promise<V> {
  const found = new WeakMap<RuleContext<T>, Promise<V>>()
  return (ctx) => {
    // Use the invocation's context, because a rule with a shorter time limit must not abort the lookup for the others.
    const invocation = ctx.invocation ?? ctx
    let value = found.get(invocation)
    if (value === undefined) {
      value = (async () => lookUp(invocation))()
      found.set(invocation, value)
      // Handle the rejection here too, because the rule that awaited the lookup may have timed out, and an unhandled rejection would end
      // the process.
      value.catch(() => undefined)
    }
    return value
  }
}
