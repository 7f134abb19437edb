import { assertReads, type Condition, type DeclaresReads } from './condition.ts'
import type { Soon } from './invocation.ts'
import { type AnyOutcome, isIdentifier, isRuleName, MAX_NAME_LENGTH, type Outcome, type Verdict } from './outcome.ts'
import type { Context, Trigger } from './trigger.ts'

/**
 * What a rule can do, so that a composition can be read without running it: a gate may vouch, a guard may only deny, a
 * shaper shapes the answer, an effect works after the fact; the others compose. `rule` promises nothing.
 */
export type RuleKind =
  | 'rule'
  | 'gate'
  | 'guard'
  | 'shaper'
  | 'effect'
  | 'chain'
  | 'anyOf'
  | 'when'
  | 'failOpen'
  | 'failClosed'
  | 'shadow'
  | 'together'
  | 'once'

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
  /** Absent where the rule does not declare them; empty where it needs none. */
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges
  /** The attributes of the user that the rule reads, where it declares them. */
  readonly reads?: readonly string[]
  /** Under which condition a `when` runs its children. */
  readonly condition?: Condition<never>
  /** What a broken rule inside this one means, unless a nearer rule says otherwise. */
  readonly onError?: 'fail' | 'continue'
}

/** What a composition may ask of the engine that runs it. */
export interface Run {
  readonly phase: 'pre' | 'post'
  readonly remainingMs: () => number
  /** Runs a rule of the composition and writes the trace. Never throws: a rule that does is `broken`. No promise where nothing waits. */
  readonly evaluate: <T extends Trigger>(rule: Rule<T>, ctx: Context<T>, share?: Share) => Soon<Verdict<T>>
  /** Waits for something, in the time that is left. */
  readonly wait: <V>(work: PromiseLike<V>) => Promise<V>
  /** Asks a condition, in the time that is left. No promise where the condition makes none. */
  readonly ask: <T extends Trigger>(condition: Condition<T>, ctx: Context<T>) => Soon<boolean>
  /** Runs a rule after the decision, where it changes nothing. */
  readonly defer: <T extends Trigger>(rule: Rule<T>, ctx: Context<T>) => void
}

/** What a composition says of the rule that it runs. */
export interface Share {
  /** Its index among the children; unless set, the one after that of the rule before it. The trace has it in its paths. */
  readonly index?: number
  /** It gets at most that many milliseconds. */
  readonly withinMs?: number
  /** What the rules before it have put into the answer, so that the trace can say what it overrides. */
  readonly over?: object | undefined
}

/** A named function from a typed context to an outcome. */
export interface Rule<T extends Trigger = Trigger> extends RuleNode {
  readonly evaluate: (ctx: Context<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>
}

/**
 * A rule as an argument of a combinator. The same as {@link Rule}, under another name: between two types of one name
 * TypeScript infers from their arguments alone, and a rule for any trigger, standing first, would make the whole one for any
 * trigger. This way it looks inside, at what the rule reads, and every rule of a chain takes its trigger from the others.
 */
export interface Part<T extends Trigger> extends RuleNode {
  readonly evaluate: (ctx: Context<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>
}

/** What else can be said about a rule. */
export interface RuleOptions {
  readonly kind?: 'rule' | 'gate' | 'guard' | 'shaper' | 'effect'
  /** The permissions that the rule needs, or `[]` for none. Without it, `lifeguard doctor` cannot check the function's role. */
  readonly permissions?: readonly RulePermission[]
  /** What the rule decides by. `lifeguard doctor` finds settings of the user pool that undo such a rule. */
  readonly judges?: Judges
  /**
   * The attributes of the user that the rule reads, such as `['email', 'given_name']`, or `[]` for none. `once` requires it: it
   * keeps these attributes until the effect is done, and the rule sees no others.
   */
  readonly reads?: readonly string[]
}

/**
 * Makes a rule.
 *
 * @param name Kebab-case, for the trace: `require-invite`.
 * @param evaluate What the rule says of an invocation. It may throw: a broken pre rule refuses, a broken post rule is logged.
 * @throws TypeError when the name is not kebab-case, or a declaration in the options is invalid.
 * @example
 * const denyTestUsers = defineRule<PreSignUp>('deny-test-users', ({ user }) =>
 *   user.userName.startsWith('test-') ? deny('test-user', 'This user name cannot be used') : skip(),
 * )
 */
export function defineRule<T extends Trigger>(
  name: string,
  evaluate: (ctx: Context<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>,
  options: RuleOptions & DeclaresReads,
): Rule<T> & DeclaresReads
export function defineRule<T extends Trigger>(
  name: string,
  evaluate: (ctx: Context<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>,
  options?: RuleOptions,
): Rule<T>
export function defineRule<T extends Trigger>(
  name: string,
  evaluate: (ctx: Context<T>, run: Run) => Outcome<NoInfer<T>> | Promise<Outcome<NoInfer<T>>>,
  { kind = 'rule', permissions, judges, reads }: RuleOptions = {},
): Rule<T> {
  assertName(name)
  if (reads !== undefined) assertReads(`defineRule('${name}')`, reads)
  assertPermissions(name, permissions)
  if (judges !== undefined && !JUDGES.includes(judges))
    throw new TypeError(
      `defineRule('${name}'): judges is ${JSON.stringify(judges)}; expected ${JUDGES.map((word) => `'${word}'`).join(' or ')}`,
    )
  return { name, kind, evaluate, ...(permissions && { permissions }), ...(judges && { judges }), ...(reads && { reads }) }
}

function assertPermissions(name: string, permissions: unknown): void {
  if (permissions === undefined || (Array.isArray(permissions) && permissions.every(isPermission))) return
  throw new TypeError(
    `defineRule('${name}'): permissions is a list such as [{ actions: ['dynamodb:GetItem'], resource: 'TABLE' }], or [] for none`,
  )
}

function isPermission(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('actions' in value && 'resource' in value)) return false
  const { actions, resource } = value
  const areActions = Array.isArray(actions) && actions.length > 0 && actions.every((action) => typeof action === 'string')
  return areActions && typeof resource === 'string' && (!('index' in value) || typeof value.index === 'string')
}

/** Whether a text is kebab-case: an identifier in lower case, with hyphens alone. */
export function isKebabCase(text: string): boolean {
  return isIdentifier(text) && text === text.toLowerCase() && !text.includes('_') && !text.includes('.')
}

function assertName(name: string): void {
  if (!isKebabCase(name)) throw new TypeError(`defineRule: a rule's name is kebab-case, such as 'require-invite'; got '${name}'`)
}

/**
 * Checks the names of a composition's rules, which plain JavaScript can make without {@link defineRule}: they become dimensions of
 * metrics.
 *
 * @throws TypeError when a name is not an identifier.
 */
export function assertNames({ name, children = [] }: RuleNode): void {
  if (!isRuleName(name))
    throw new TypeError(`A rule's name is an identifier of at most ${MAX_NAME_LENGTH} characters, such as 'require-invite'; got '${name}'`)
  children.forEach(assertNames)
}

interface Composition<T extends Trigger> {
  readonly name: string
  readonly condition?: Condition<never>
  readonly kind: RuleKind
  readonly children?: readonly RuleNode[]
  readonly permissions?: readonly RulePermission[]
  readonly judges?: Judges | undefined
  readonly onError?: 'fail' | 'continue'
  readonly evaluate: (ctx: Context<T>, run: Run) => Soon<AnyOutcome<T>>
}

/**
 * Makes a rule for every trigger of a phase, such as a composition. What it says is of its phase because its children's
 * is, or because its own signature names the phase; TypeScript cannot follow that through the conditional type `Outcome`
 * while the trigger is open, hence the one assertion here. The engine checks the phase at run time.
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

/**
 * Refuses to run a composition for post triggers anywhere else. Types say the same; in plain JavaScript it would pass over a
 * denial, or not ask again where a sign-up is repeated.
 *
 * @throws TypeError in a pre trigger, where a broken rule refuses.
 */
export function assertPost({ phase }: Pick<Run, 'phase'>, name: string): void {
  if (phase !== 'post') throw new TypeError(`${name}() is for post triggers: in a pre trigger it could hide a denial`)
}
