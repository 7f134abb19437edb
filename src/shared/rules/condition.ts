import type { TriggerSource } from '../cognito/triggers.ts'
import { assertCondition, assertConditions, assertTexts } from './arguments.ts'
import { andThen, isThenable, type MaybePromise } from './invocation.ts'
import { isIdentifier } from './outcome.ts'
import type { RuleContext, Trigger } from './trigger.ts'

/**
 * How much a condition of ours tells about who is asking: `domain` read nothing but a claimed address's domain,
 * `circumstance` nothing about the user at all. A condition without a mark is its author's own, and may hold proof.
 */
export type Proof = 'domain' | 'circumstance'

/** A question about an invocation. An answer that is a promise is awaited; one that throws breaks the rule that asked. */
export interface Condition<T extends Trigger = Trigger> {
  (ctx: RuleContext<T>): boolean | Promise<boolean>
  /** Set on conditions that prove nothing about the user, so that rules which need proof can refuse them. */
  readonly proof?: Proof
  /**
   * The attributes that it reads. Around a rule made by `once` this is required: the sweeper evaluates the condition again,
   * without the trigger's event.
   */
  readonly reads?: readonly string[]
}

/** Marks what a condition proves about who is asking, and which attributes it reads. */
export function withProof<T extends Trigger>(
  proof: Proof | undefined,
  reads: readonly string[] | undefined,
  condition: (ctx: RuleContext<T>) => boolean | Promise<boolean>,
): Condition<T> {
  return Object.assign(condition, proof !== undefined && { proof }, reads !== undefined && { reads })
}

/**
 * Makes a condition that declares which attributes it reads. A condition around `once` must declare them, because the sweeper
 * evaluates it again, later: on the user as the pool has them then, with the trigger source and the app client of the event.
 * Validation data and client metadata are not there.
 *
 * @param condition What it answers. It may throw, or return a promise.
 * @throws TypeError when `reads` is not a list of attribute names.
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
  // A new function: the one given may stand elsewhere under another declaration. What it proves stays as it is.
  return Object.assign((ctx: RuleContext<T>) => condition(ctx), condition.proof !== undefined && { proof: condition.proof }, {
    reads: [...reads],
  })
}

/** The attributes that any of the parts reads; undefined where a part does not declare them. */
function unionOfReads(parts: readonly Condition<never>[]): readonly string[] | undefined {
  const declared = parts.flatMap(({ reads }) => (reads === undefined ? [] : [reads]))
  return declared.length < parts.length ? undefined : [...new Set(declared.flat())]
}

/**
 * Asks a condition.
 *
 * @throws TypeError when the answer is no boolean. Types forbid it; in plain JavaScript a found object or a forgotten
 *   `return` would else decide by its truthiness, and `not` would turn a forgotten `return` into a yes.
 */
export function evaluateCondition<T extends Trigger>(condition: Condition<T>, ctx: RuleContext<T>): MaybePromise<boolean> {
  const answer = condition(ctx)
  return isThenable(answer) ? Promise.resolve(answer).then(asAnswer) : asAnswer(answer)
}

function asAnswer(answer: unknown): boolean {
  if (typeof answer !== 'boolean')
    throw new TypeError(`A condition answers with a boolean; this one answered with a value of type ${typeof answer}`)
  return answer
}

/** Of all parts that must hold, the strongest counts; of parts that each suffice, the weakest does. */
function strongest(parts: readonly Condition<never>[]): Proof | undefined {
  if (parts.some((part) => part.proof === undefined)) return undefined
  return parts.some((part) => part.proof === 'domain') ? 'domain' : 'circumstance'
}

function weakest(parts: readonly Condition<never>[]): Proof | undefined {
  const weak = parts.filter((part) => part.proof !== undefined)
  return weak.length === 0 ? undefined : strongest(weak)
}

/**
 * Whether all conditions hold; asks them from left to right and stops at the first that does not.
 *
 * @throws TypeError when there is none.
 */
export function and<T extends Trigger>(...conditions: readonly Condition<T>[]): Condition<T> {
  assertConditions('and()', conditions)
  return withProof(strongest(conditions), unionOfReads(conditions), (ctx: RuleContext<T>) => untilOneIs(false, conditions, ctx))
}

/**
 * Whether one of the conditions holds; asks them from left to right and stops at the first that does.
 *
 * @throws TypeError when there is none.
 */
export function or<T extends Trigger>(...conditions: readonly Condition<T>[]): Condition<T> {
  assertConditions('or()', conditions)
  return withProof(weakest(conditions), unionOfReads(conditions), (ctx: RuleContext<T>) => untilOneIs(true, conditions, ctx))
}

/** Asks conditions from left to right until one gives that answer; otherwise it is the other one. */
function untilOneIs<T extends Trigger>(wanted: boolean, conditions: readonly Condition<T>[], ctx: RuleContext<T>): MaybePromise<boolean> {
  for (const [place, condition] of conditions.entries()) {
    const answer = evaluateCondition(condition, ctx)
    if (isThenable(answer)) {
      return answer.then((given) => (given === wanted ? wanted : untilOneIs(wanted, conditions.slice(place + 1), ctx)))
    }
    if (answer === wanted) return wanted
  }
  return !wanted
}

/**
 * Inverts an answer. A condition that throws is still an error: a failure is never inverted.
 *
 * @throws TypeError when the argument is not a function.
 */
export function not<T extends Trigger>(condition: Condition<T>): Condition<T> {
  assertCondition('not()', condition)
  return withProof(condition.proof, condition.reads, (ctx: RuleContext<T>) =>
    andThen(evaluateCondition(condition, ctx), (answer) => !answer),
  )
}

/**
 * Whether Cognito calls from one of these sources.
 *
 * @throws TypeError when no source is named.
 * @example
 * when(not(triggeredBy('PreSignUp_AdminCreateUser')), allowEmailDomains('example.com'))
 */
export function triggeredBy(...sources: readonly TriggerSource[]): Condition {
  assertTexts('triggeredBy()', sources)
  const known: ReadonlySet<string> = new Set(sources)
  return withProof('circumstance', [], ({ event }: RuleContext) => known.has(event.triggerSource))
}

/**
 * Whether the call came through one of these app clients. Anybody can use a public app client: no proof of who is asking.
 *
 * @throws TypeError when no app client is named.
 */
export function fromAppClient(...clientIds: readonly string[]): Condition {
  assertTexts('fromAppClient()', clientIds)
  const known: ReadonlySet<string> = new Set(clientIds)
  return withProof('circumstance', [], ({ appClient }: RuleContext) => appClient !== undefined && known.has(appClient))
}

/**
 * Whether the user has an attribute, with that value if one is given. At sign-up the user wrote it: no proof.
 *
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

/** Declares which attributes of the user something reads, such as `['email', 'custom:plan']`; `[]` declares that it reads none. */
export interface DeclaresReads {
  readonly reads: readonly string[]
}

/**
 * Checks a declaration of attributes. Types require the same; plain JavaScript does not.
 *
 * @param owner Stands at the start of the error's message.
 * @throws TypeError when it is not a list of attribute names.
 */
export function assertReads(owner: string, reads: unknown): asserts reads is readonly string[] {
  if (Array.isArray(reads) && reads.every((name) => typeof name === 'string' && name !== '')) return
  throw new TypeError(`${owner}: reads is a list of attribute names, such as ['email'], or [] for none`)
}

/** Whether a text is shaped like an attribute's name: identifiers with colons between them, such as `custom:terms`. */
export function isAttributeName(text: string): boolean {
  return text.length <= 64 && text.split(':').every(isIdentifier)
}

/**
 * Looks something up at most once an invocation, whichever rules and conditions ask for it. A look-up that fails, fails
 * for all of them.
 *
 * @example
 * const invite = perInvocation(({ user, signal }) => invites.find(user.email, signal))
 * preSignUp(requireInvite(invite), autoConfirm({ when: async (ctx) => (await invite(ctx)) !== undefined }))
 */
export function perInvocation<T extends Trigger, V>(lookUp: (ctx: RuleContext<T>) => V | Promise<V>): (ctx: RuleContext<T>) => Promise<V> {
  const found = new WeakMap<RuleContext<T>, Promise<V>>()
  return (ctx) => {
    // With the invocation's own context: a rule under a share of the time must not cut the look-up short for the others.
    const invocation = ctx.invocation ?? ctx
    let value = found.get(invocation)
    if (value === undefined) {
      value = (async () => lookUp(invocation))()
      found.set(invocation, value)
      // A rule that was cut off may have been the only one to wait, and a rejection that nothing waits for ends the process.
      value.catch(() => undefined)
    }
    return value
  }
}
