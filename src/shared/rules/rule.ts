import { describeValue } from './arguments.ts'
import { assertReads, type Condition, type DeclaresReads } from './condition.ts'
import type { MaybePromise } from './invocation.ts'
import { type AnyOutcome, type Deny, isIdentifier, isReason, isRuleName, MAX_NAME_LENGTH, type Outcome, type Verdict } from './outcome.ts'
import type { OnError, RuleContext, Trigger, TriggerContract } from './trigger.ts'

/** What a node of a composition is: a rule, or a composition of rules. */
export type RuleKind = 'rule' | 'chain' | 'anyOf' | 'when' | 'failOpen' | 'failClosed' | 'shadow' | 'parallel' | 'once'

const ABILITIES = ['allow', 'answer', 'deny', 'done'] as const

/** An outcome that a rule may return besides `skip`. */
export type Ability = (typeof ABILITIES)[number]

/** A permission that a rule needs. Packaging writes it into the function's role, and `lifeguard doctor` compares it with any role. */
export interface RulePermission {
  /** IAM actions, such as `dynamodb:BatchGetItem`. */
  readonly actions: readonly string[]
  /** The name of the setting that holds the table's name, the sender's address or an ARN; or `user-pool`, the pool of the event. */
  readonly resource: string
  /** The index of the table, where the actions are on an index and not on the table. */
  readonly index?: string
}

const JUDGES = ['email-domain', 'block'] as const

/** What a rule decides by: the domain of the user's email address, or whether the user is blocked. */
export type Judges = (typeof JUDGES)[number]

/** A rule as it can be drawn, explained and checked, without what it does. */
export interface RuleNode {
  /** Kebab-case; it stands in traces, logs and metrics. */
  readonly name: string
  readonly kind: RuleKind
  readonly children?: readonly RuleNode[]
  /** Absent where the rule does not declare it: then it may return whatever its trigger permits. */
  readonly can?: readonly Ability[]
  /** The trigger that the rule is for, where it says so. */
  readonly trigger?: string
  /** Absent where the rule does not declare them; empty where it needs none. */
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges
  /** The constant reasons that the rule gives, where it declares them. */
  readonly reasons?: readonly string[]
  /** The attributes of the user that the rule reads, where it declares them. */
  readonly reads?: readonly string[]
  /** Under which condition a `when` runs its children. */
  readonly condition?: Condition<never>
  /** What an error inside this rule means, unless a nearer rule says otherwise. */
  readonly onError?: OnError
}

/** Returns all rules of a composition, itself first. */
export function listRules<Node extends { readonly children?: readonly Node[] }>(node: Node): readonly Node[] {
  return [node, ...(node.children ?? []).flatMap(listRules)]
}

/** What a composition may ask of the engine that runs it. */
export interface Run {
  readonly contract: Pick<TriggerContract, 'name' | 'refuses' | 'approves' | 'works' | 'onError'>
  readonly remainingMs: () => number
  /** Runs a rule of the composition and writes the trace. Never throws: it returns an `error`. No promise where nothing waits. */
  readonly evaluate: <T extends Trigger>(rule: Rule<T>, ctx: RuleContext<T>, share?: Share) => MaybePromise<Verdict<T>>
  /** Makes one answer of two, as the trigger says. */
  readonly combine: <A>(earlier: A, later: A) => A
  /** Waits for something, in the time that is left. */
  readonly wait: <V>(work: PromiseLike<V>) => Promise<V>
  /** Asks a condition, in the time that is left. No promise where the condition makes none. */
  readonly ask: <T extends Trigger>(condition: Condition<T>, ctx: RuleContext<T>) => MaybePromise<boolean>
  /** Runs a rule after the decision, where it changes nothing. */
  readonly defer: <T extends Trigger>(rule: Rule<T>, ctx: RuleContext<T>) => void
}

/** What a composition says of the rule that it runs. */
export interface Share {
  /** Its index among the children; unless set, the one after that of the rule before it. The trace has it in its paths. */
  readonly index?: number
  /** It gets at most that many milliseconds. */
  readonly withinMs?: number
  /** What the rules before it have answered. */
  readonly answered?: unknown
  /** Its reservations are made only if it allows. */
  readonly mustAllow?: true
}

/**
 * The second step of a rule that uses something up, such as an invitation. It runs once every rule has passed, because a later rule
 * may still deny.
 */
export interface Commit<T extends Trigger = Trigger> {
  /**
   * Reserves by one conditional write, under a key such as `reservationKey(ctx)`, so that a repeated event finds its own. The
   * reservation should expire within an hour; a rule of post confirmation makes it final.
   *
   * @returns `deny(...)` if there is nothing left to reserve.
   */
  readonly reserve: (ctx: RuleContext<T>) => MaybePromise<Deny | undefined>
  /** Undoes `reserve`, because a later one denied or failed. It may run although nothing was reserved. */
  readonly release: (ctx: RuleContext<T>) => MaybePromise<void>
}

/** A named function from a typed context to an outcome. */
export interface Rule<T extends Trigger = Trigger> extends RuleNode {
  readonly evaluate: (ctx: RuleContext<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>
  readonly commit?: Commit<T>
}

/**
 * A rule as an argument of a combinator. The same as {@link Rule}, under another name: between two types of one name
 * TypeScript infers from their arguments alone, and a rule for any trigger, standing first, would make the whole one for any
 * trigger. This way it looks inside, at what the rule reads, and every rule of a chain takes its trigger from the others.
 */
export interface RuleArgument<T extends Trigger> extends RuleNode {
  readonly evaluate: (ctx: RuleContext<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>
  readonly commit?: Commit<T>
}

/** What else can be said about a rule. */
export interface RuleOptions<T extends Trigger = Trigger> {
  /** The outcomes that the rule may return besides `skip`, such as `['deny']`. The engine takes no other from it. */
  readonly can?: readonly Ability[]
  /** The permissions that the rule needs, or `[]` for none. Without it, `lifeguard doctor` cannot check the function's role. */
  readonly permissions?: readonly RulePermission[]
  /** What the rule decides by. `lifeguard doctor` finds settings of the user pool that undo such a rule. */
  readonly judges?: Judges
  /**
   * The constant reasons that the rule gives. Without it a reason is hidden in the log where the same word stands in the event, which
   * its caller can see to.
   */
  readonly reasons?: readonly string[]
  /**
   * The attributes of the user that the rule reads, such as `['email', 'given_name']`, or `[]` for none. `once` requires it: it
   * keeps these attributes until the effect is done, and the rule sees no others.
   */
  readonly reads?: readonly string[]
  /** The second step of a rule that uses something up. Only for triggers that refuse. */
  readonly commit?: Commit<T>
  /** The only trigger that the rule is for. `preSignUp.rule(...)` sets it. */
  readonly trigger?: string
}

type Evaluate<T extends Trigger> = (ctx: RuleContext<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>

/**
 * Makes a rule.
 *
 * @param name Kebab-case, for the trace: `require-invite`.
 * @param evaluate Returns the outcome of an invocation. It may throw, which is an error: see docs/reference/semantics.md.
 * @throws TypeError when the name is not kebab-case, or an option is invalid.
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
  if (!isKebabCase(name)) throw new TypeError(`defineRule: a rule's name is kebab-case, such as 'require-invite'; got '${name}'`)
  const owner = `defineRule('${name}')`
  if (typeof evaluate !== 'function')
    throw new TypeError(`${owner}: the second argument is ${describeValue(evaluate)}; expected a function`)
  const { can, permissions, judges, reasons, reads, commit, trigger } = options
  if (can !== undefined && !(Array.isArray(can) && can.every((each) => ABILITIES.includes(each))))
    throw new TypeError(`${owner}: can is a list of ${ABILITIES.map((each) => `'${each}'`).join(', ')}`)
  if (reads !== undefined) assertReads(owner, reads)
  assertPermissions(owner, permissions)
  if (judges !== undefined && !JUDGES.includes(judges))
    throw new TypeError(`${owner}: judges is ${JSON.stringify(judges)}; expected ${JUDGES.map((word) => `'${word}'`).join(' or ')}`)
  if (reasons !== undefined && !(Array.isArray(reasons) && reasons.every(isReason)))
    throw new TypeError(`${owner}: reasons is a list of identifiers, such as ['no-invite']`)
  if (commit !== undefined && !(typeof commit.reserve === 'function' && typeof commit.release === 'function'))
    throw new TypeError(`${owner}: commit is an object with the functions reserve and release`)
  return {
    ...{ name, kind: 'rule', evaluate },
    ...(can && { can }),
    ...(permissions && { permissions }),
    ...(judges && { judges }),
    ...(reasons && { reasons }),
    ...(reads && { reads }),
    ...(commit && { commit }),
    ...(trigger !== undefined && { trigger }),
  }
}

function assertPermissions(owner: string, permissions: unknown): void {
  if (permissions === undefined || (Array.isArray(permissions) && permissions.every(isPermission))) return
  throw new TypeError(`${owner}: permissions is a list such as [{ actions: ['dynamodb:GetItem'], resource: 'TABLE' }], or [] for none`)
}

function isPermission(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('actions' in value && 'resource' in value)) return false
  const { actions, resource } = value
  const areActions = Array.isArray(actions) && actions.length > 0 && actions.every((action) => typeof action === 'string')
  return areActions && typeof resource === 'string' && (!('index' in value) || typeof value.index === 'string')
}

/** Whether a text is kebab-case: an identifier in lower case, with hyphens alone. */
export function isKebabCase(text: string): boolean {
  return typeof text === 'string' && isIdentifier(text) && text === text.toLowerCase() && !text.includes('_') && !text.includes('.')
}

/**
 * Checks a composition for a trigger before it runs. Types check the same; plain JavaScript does not.
 *
 * @throws TypeError when a rule's name is not an identifier, or when the trigger does not permit what a rule is for.
 */
export function assertComposition(node: RuleNode, contract: Omit<TriggerContract, 'userOf'>): void {
  const { name, kind, can = [], trigger, children = [] } = node
  if (!isRuleName(name))
    throw new TypeError(`A rule's name is an identifier of at most ${MAX_NAME_LENGTH} characters, such as 'require-invite'; got '${name}'`)
  if (trigger !== undefined && trigger !== contract.name)
    throw new TypeError(`The rule '${name}' is for ${trigger}, and cannot run in ${contract.name}`)
  const cannot = (fits: boolean, what: string): void => {
    if (!fits) throw new TypeError(`'${name}' cannot run in ${contract.name}: ${what}`)
  }
  cannot(contract.refuses || !(can.includes('deny') || kind === 'shadow' || 'commit' in node), 'nothing can be denied there')
  cannot(contract.approves || !(can.includes('allow') || kind === 'anyOf'), 'no rule can allow there')
  cannot(contract.works || !(can.includes('done') || kind === 'parallel' || kind === 'once'), 'its rules have no effects')
  cannot(contract.answers !== undefined || !can.includes('answer'), 'Cognito reads no answer there')
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
 * Makes a rule for every trigger with some capability, such as a composition. What it returns fits the trigger because its
 * children's outcomes do, or because its own signature names the capability; TypeScript cannot follow that through the
 * conditional type `Outcome` while the trigger is open, hence the one assertion here. The engine checks it at run time.
 */
export function compose<T extends Trigger>(composition: Composition<T>): Rule<T> {
  // The array that it runs is the one that others read: neither may lose a rule.
  if (composition.children !== undefined) Object.freeze(composition.children)
  return { ...composition, [OURS]: composition.evaluate } as Rule<T>
}

/** What a composition made here runs. The engine knows ours by it. */
export const OURS: unique symbol = Symbol('composed here')

/** Tells a rule that is made of rules from one that does something itself. */
export function isComposition(rule: RuleNode): boolean {
  return rule.children !== undefined
}
