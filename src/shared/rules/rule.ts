import type { LambdaVersion } from '../cognito/triggers.ts'
import { describeValue } from './arguments.ts'
import { assertReads, type Condition, type DeclaresReads } from './condition.ts'
import type { MaybePromise } from './invocation.ts'
import { type AnyOutcome, type Deny, isIdentifier, isReason, isRuleName, MAX_NAME_LENGTH, type Outcome, type Verdict } from './outcome.ts'
import type { OnError, RuleContext, Trigger, TriggerContract } from './trigger.ts'

/** The kind of a node in a composition: a single rule, or the combinator that made it. */
export type RuleKind = 'rule' | 'chain' | 'anyOf' | 'when' | 'failOpen' | 'failClosed' | 'shadow' | 'parallel' | 'once'

const ABILITIES = ['allow', 'answer', 'deny', 'done'] as const

/** An outcome that a rule may return besides `skip`. */
export type Ability = (typeof ABILITIES)[number]

/**
 * An IAM permission that a rule needs. Packaging adds the permission to the function's role, and `lifeguard doctor` checks if a role has
 * it.
 */
export interface RulePermission {
  /** IAM actions, such as `dynamodb:BatchGetItem`. */
  readonly actions: readonly string[]
  /**
   * `user-pool` for the user pool of the event, or `phone-numbers` for text messages to any number. Otherwise the name of the setting with a
   * table's name, a sender's address or an ARN.
   */
  readonly resource: string
  /** The name of the table's index, if the actions are on an index. */
  readonly index?: string
}

const JUDGES = ['email-domain', 'block'] as const

/** The data that a rule decides by: the domain of the user's email address, or the block list. */
export type Judges = (typeof JUDGES)[number]

/** A message that a rule can send, with example values. */
export interface MessageSample {
  /** The message's name, such as `ForgotPassword`. */
  readonly name: string
  /** The language tag, such as `de`. */
  readonly locale: string
  readonly subject?: string
  readonly html?: string
  readonly text?: string
  readonly sms?: string
}

/** The description of a rule, for `lifeguard explain` and `lifeguard doctor`. */
export interface RuleNode {
  /** The rule's name in kebab-case, for traces, logs and metrics. */
  readonly name: string
  readonly kind: RuleKind
  readonly children?: readonly RuleNode[]
  /** The outcomes that the rule may return besides `skip`. If undefined, the rule may return any outcome that its trigger permits. */
  readonly can?: readonly Ability[]
  /** The only trigger that the rule is for, if the rule declares one. */
  readonly trigger?: string
  /** The permissions that the rule needs. `[]` means none; undefined means not declared. */
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges
  /** The constant reasons that the rule returns, if the rule declares them. */
  readonly reasons?: readonly string[]
  /** The user attributes that the rule reads, if the rule declares them. */
  readonly reads?: readonly string[]
  /** Returns the messages that the rule can send, if the rule declares them. */
  readonly samples?: () => readonly MessageSample[]
  /** The lowest event version that the rule needs, as in LambdaConfig, if the rule declares one. */
  readonly lambdaVersion?: LambdaVersion
  /** The condition of a `when`. */
  readonly condition?: Condition<never>
  /** The error mode inside this node, unless a nested node sets its own. */
  readonly onError?: OnError
  /** The time limit of a `failOpen` in milliseconds, if it has one. */
  readonly withinMs?: number
}

/** Returns a composition and all rules inside it, outermost first. */
export function listRules<Node extends { readonly children?: readonly Node[] }>(node: Node): readonly Node[] {
  return [node, ...(node.children ?? []).flatMap(listRules)]
}

/** The engine's functions for a composition. */
export interface Run {
  readonly contract: Pick<TriggerContract, 'name' | 'refuses' | 'approves' | 'works' | 'onError'>
  readonly remainingMs: () => number
  /**
   * Runs a child rule and adds its trace entry. Returns an `error` verdict instead of throwing. Returns a promise only if the rule is
   * asynchronous.
   */
  readonly evaluate: <T extends Trigger>(rule: Rule<T>, ctx: RuleContext<T>, share?: Share) => MaybePromise<Verdict<T>>
  /** Combines two answers as the trigger defines. */
  readonly combine: <A>(earlier: A, later: A) => A
  /** Awaits a promise, and rejects at the deadline. */
  readonly wait: <V>(work: PromiseLike<V>) => Promise<V>
  /** Evaluates a condition within the deadline. Returns a promise only if the condition returns one. */
  readonly ask: <T extends Trigger>(condition: Condition<T>, ctx: RuleContext<T>) => MaybePromise<boolean>
  /**
   * Runs a rule after the decision. The rule cannot change the decision.
   *
   * @param denial If set, the rule runs only if this denial is the decision. A denial in a losing branch of `anyOf` is not.
   */
  readonly defer: <T extends Trigger>(rule: Rule<T>, ctx: RuleContext<T>, denial?: Pick<Deny, 'by' | 'reason'>) => void
}

/** The settings with which a composition runs a child. */
export interface Share {
  /** The child's index, for the paths in the trace. The default is the previous child's index plus one. */
  readonly index?: number
  /** The child's time limit in milliseconds. */
  readonly withinMs?: number
  /** The combined answer of the rules before the child. */
  readonly answered?: unknown
  /** Set to make the child's reservations only if the child allows. */
  readonly mustAllow?: true
}

/**
 * The second step of a rule that uses up something, such as an invitation. It runs after every rule has passed, because a later rule may
 * still deny.
 */
export interface Commit<T extends Trigger = Trigger> {
  /**
   * Reserves with one conditional write. Uses a key such as `reservationKey(ctx)`, so that a repeated event finds its own reservation. The
   * reservation should expire within an hour, because the user may never confirm. Make it permanent in a rule of post confirmation.
   *
   * @returns `deny(...)` if nothing is left to reserve. `'renewed'` if an earlier event of the user made the reservation: it is not
   *   released, because that user may exist by now.
   */
  readonly reserve: (ctx: RuleContext<T>) => MaybePromise<Deny | 'renewed' | undefined>
  /** Undoes `reserve` after a later reservation denied or failed. It may be called although nothing was reserved. */
  readonly release: (ctx: RuleContext<T>) => MaybePromise<void>
}

/** A named function from a typed context to an outcome. */
export interface Rule<T extends Trigger = Trigger> extends RuleNode {
  readonly evaluate: (ctx: RuleContext<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>
  readonly commit?: Commit<T>
}

/**
 * A rule as an argument of a combinator. It has the same members as {@link Rule}. It must be another type, because TypeScript then
 * infers the trigger from the members. With one type, a first rule for any trigger would make the whole chain one for any trigger.
 */
export interface RuleArgument<T extends Trigger> extends RuleNode {
  readonly evaluate: (ctx: RuleContext<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>
  readonly commit?: Commit<T>
}

/** The options of `defineRule`. */
export interface RuleOptions<T extends Trigger = Trigger> {
  /** The outcomes that the rule may return besides `skip`, such as `['deny']`. Any other outcome is an error. */
  readonly can?: readonly Ability[]
  /** The permissions that the rule needs, or `[]` for none. If undefined, `lifeguard doctor` cannot check the function's role. */
  readonly permissions?: readonly RulePermission[]
  /** The data that the rule decides by. `lifeguard doctor` finds settings of the user pool that bypass such a rule. */
  readonly judges?: Judges
  /**
   * The constant reasons that the rule returns. The log never hides declared reasons. It hides an undeclared reason if the event contains
   * the same word, so a caller could hide the reason.
   */
  readonly reasons?: readonly string[]
  /**
   * The user attributes that the rule reads, such as `['email', 'given_name']`, or `[]` for none. `once` requires `reads`, because the
   * ledger stores these attributes until the effect is done. Inside `once`, the rule sees no other attributes.
   */
  readonly reads?: readonly string[]
  /** Returns the messages that the rule can send, with example values. `lifeguard preview` writes them into files. */
  readonly samples?: () => readonly MessageSample[]
  /** The second step of a rule that uses up something, such as an invitation. Only for refusing triggers. */
  readonly commit?: Commit<T>
  /** The only trigger that the rule is for. `preSignUp.rule(...)` sets it. */
  readonly trigger?: string
  /**
   * The lowest event version that the rule needs, such as `V2_0`. `lifeguard doctor` and packaging compare it with the version that the
   * user pool sends.
   */
  readonly lambdaVersion?: LambdaVersion
}

type Evaluate<T extends Trigger> = (ctx: RuleContext<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>

/**
 * Makes a rule.
 *
 * @param name The rule's name in kebab-case: `require-invite`.
 * @param evaluate Returns the outcome. If it throws, the rule has an error: see docs/reference/semantics.md.
 * @throws TypeError if the name is not kebab-case, or an option is invalid.
 * @example
 * const denyTestUsers = defineRule<PreSignUp>('deny-test-users', ({ user }) =>
 *   user.userName.startsWith('test-') ? deny('test-user', 'This user name cannot be used') : skip(),
 * )
 */
export function defineRule<T extends Trigger>(
  name: string,
  evaluate: Evaluate<T>,
  options: RuleOptions<T> & DeclaresReads,
): Rule<T> & DeclaresReads
export function defineRule<T extends Trigger>(name: string, evaluate: Evaluate<T>, options?: RuleOptions<T>): Rule<T>
export function defineRule<T extends Trigger>(name: string, evaluate: Evaluate<T>, options: RuleOptions<T> = {}): Rule<T> {
  if (!isKebabCase(name)) throw new TypeError(`defineRule(): the name is '${name}'; expected kebab-case, such as 'require-invite'`)
  const owner = `defineRule('${name}')`
  if (typeof evaluate !== 'function')
    throw new TypeError(`${owner}: the second argument is ${describeValue(evaluate)}; expected a function`)
  const { can, permissions, judges, reasons, reads, samples, commit, trigger, lambdaVersion } = options
  if (can !== undefined && !(Array.isArray(can) && can.every((each) => ABILITIES.includes(each))))
    throw new TypeError(`${owner}: can must be a list of ${ABILITIES.map((each) => `'${each}'`).join(', ')}`)
  if (reads !== undefined) assertReads(owner, reads)
  assertPermissions(owner, permissions)
  if (judges !== undefined && !JUDGES.includes(judges))
    throw new TypeError(`${owner}: judges is ${JSON.stringify(judges)}; expected ${JUDGES.map((word) => `'${word}'`).join(' or ')}`)
  if (reasons !== undefined && !(Array.isArray(reasons) && reasons.every(isReason)))
    throw new TypeError(`${owner}: reasons must be a list of identifiers, such as ['no-invite']`)
  if (commit !== undefined && !(typeof commit.reserve === 'function' && typeof commit.release === 'function'))
    throw new TypeError(`${owner}: commit must have the functions reserve and release`)
  if (lambdaVersion !== undefined && !/^V\d_0$/.test(lambdaVersion))
    throw new TypeError(`${owner}: lambdaVersion must be a version such as 'V2_0'`)
  return {
    ...{ name, kind: 'rule', evaluate },
    ...(can && { can }),
    ...(permissions && { permissions }),
    ...(judges && { judges }),
    ...(reasons && { reasons }),
    ...(reads && { reads }),
    ...(samples && { samples }),
    ...(commit && { commit }),
    ...(trigger !== undefined && { trigger }),
    ...(lambdaVersion && { lambdaVersion }),
  }
}

function assertPermissions(owner: string, permissions: unknown): void {
  if (permissions === undefined || (Array.isArray(permissions) && permissions.every(isPermission))) return
  throw new TypeError(`${owner}: permissions must be a list such as [{ actions: ['dynamodb:GetItem'], resource: 'TABLE' }], or []`)
}

function isPermission(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('actions' in value && 'resource' in value)) return false
  const { actions, resource } = value
  const areActions = Array.isArray(actions) && actions.length > 0 && actions.every((action) => typeof action === 'string')
  return areActions && typeof resource === 'string' && (!('index' in value) || typeof value.index === 'string')
}

/** Returns true if a string is kebab-case, such as `require-invite`. */
export function isKebabCase(text: string): boolean {
  return typeof text === 'string' && isIdentifier(text) && text === text.toLowerCase() && !text.includes('_') && !text.includes('.')
}

/**
 * Checks before the first event that a composition fits a trigger. Plain JavaScript needs this check, because only TypeScript finds the
 * mistake earlier.
 *
 * @throws TypeError if a rule's name is invalid, or if the trigger does not permit an outcome that a rule declares.
 */
export function assertComposition(node: RuleNode, contract: Omit<TriggerContract, 'userOf'>): void {
  const { name, kind, can = [], trigger, children = [] } = node
  if (!isRuleName(name))
    throw new TypeError(
      `A rule's name must be an identifier of at most ${MAX_NAME_LENGTH} characters, such as 'require-invite'; got '${name}'`,
    )
  if (trigger !== undefined && trigger !== contract.name)
    throw new TypeError(`The rule '${name}' is for ${trigger} and cannot run in ${contract.name}`)
  const assertFits = (fits: boolean, what: string): void => {
    if (!fits) throw new TypeError(`'${name}' cannot run in ${contract.name}: ${what}`)
  }
  assertFits(contract.refuses || !(can.includes('deny') || kind === 'shadow' || 'commit' in node), 'no rule may deny here')
  assertFits(contract.approves || !(can.includes('allow') || kind === 'anyOf'), 'no rule may allow here')
  assertFits(contract.works || !(can.includes('done') || kind === 'parallel' || kind === 'once'), 'no rule has effects here')
  assertFits(contract.answers !== undefined || !can.includes('answer'), 'Cognito ignores the answer')
  for (const child of children) assertComposition(child, contract)
}

interface Composition<T extends Trigger> {
  readonly name: string
  readonly condition?: Condition<never>
  readonly kind: RuleKind
  readonly children?: readonly RuleNode[]
  readonly can?: readonly Ability[]
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges | undefined
  readonly reasons?: readonly string[]
  readonly onError?: OnError
  readonly evaluate: (ctx: RuleContext<T>, run: Run) => MaybePromise<AnyOutcome<T>>
}

/**
 * Makes a rule for any trigger, such as a composition. The cast to `Rule<T>` is needed because TypeScript cannot check a generic trigger's
 * outcomes. It is safe, because the engine validates outcomes at run time.
 */
export function compose<T extends Trigger>(composition: Composition<T>): Rule<T> {
  // Freeze the array, because the composition runs these rules and tools read them, and both must see the same rules.
  if (composition.children !== undefined) Object.freeze(composition.children)
  return { ...composition, [OURS]: composition.evaluate } as Rule<T>
}

/**
 * The key under which `compose` stores `evaluate` a second time. If both functions are equal, the engine knows that one of our combinators
 * made the composition, and that nothing has replaced its `evaluate`.
 */
export const OURS: unique symbol = Symbol('composed')

/** Returns true if a node is a composition of rules. */
export function isComposition(rule: RuleNode): boolean {
  return rule.children !== undefined
}
