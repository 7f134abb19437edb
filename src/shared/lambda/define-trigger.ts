import type { TRIGGERS } from '../cognito/triggers.ts'
import { assertRules, isRule } from '../rules/arguments.ts'
import { chain } from '../rules/combinators.ts'
import type { DeclaresReads } from '../rules/condition.ts'
import type { Decision, RuleObserver } from '../rules/decision.ts'
import { decide } from '../rules/engine.ts'
import { processClock, startDeadline } from '../rules/invocation.ts'
import { onceRules } from '../rules/once-rules.ts'
import { assertComposition, defineRule, type Rule, type RuleArgument, type RuleOptions } from '../rules/rule.ts'
import type {
  Approving,
  CognitoResponse,
  Combine,
  OnError,
  Refusing,
  RuleUser,
  Trigger,
  TriggerContract,
  Working,
} from '../rules/trigger.ts'
import { announce } from './announce.ts'
import { type Composed, createHandler, createMiddleware, type Invoke, type Observed } from './handler.ts'
import { assertSettings, deadlineLimits, type HandlerSettings, type Middleware } from './settings.ts'

/**
 * The properties of a trigger that the engine and the Lambda handler need.
 *
 * - `name`: the trigger's name in Cognito's LambdaConfig. Cognito puts it into the errors that callers see.
 * - `refuses`: rules may deny. `approves`: rules may also allow. `works`: rules have side effects.
 * - `waits`: `false` if Cognito calls the function asynchronously. The time is then the function's own.
 * - `onError`: `fail` or `continue` after a rule's error. `failOpen` and `failClosed` override it for the rules inside them.
 * - `encodeDenial`: returns the response for a denial, if Cognito can read a refusal in it. By default, a denial is an error.
 * - `userOf`: reads the user from the event. Needed if the user is not in `request.userAttributes`. Later rules see the user as the
 *   second argument changes it, which is the combined answer of earlier rules.
 * - `secrets`: the fields of the request that middleware must not see, because middleware may log its event. Rules see them.
 * - `combine` and `encode`: only for triggers whose answer Cognito reads. `encode` converts an answer to Cognito's response fields.
 *   The engine calls `encode` for each answer of a rule, and for the combined answer, which may be undefined. `encode` throws if
 *   the event's version does not support the answer.
 */
export type TriggerDefinition<T extends Trigger> = {
  readonly name: T['name']
  readonly onError: OnError
  userOf?(event: T['event'], answer: T['answer'] | undefined): RuleUser
  readonly secrets?: readonly string[]
} & ((typeof TRIGGERS)[T['name']]['waits'] extends false ? { readonly waits: false } : { readonly waits?: true }) &
  (T extends Refusing ? { readonly refuses: true; encodeDenial?(event: T['event']): CognitoResponse } : { readonly refuses?: false }) &
  (T extends Approving ? { readonly approves: true } : { readonly approves?: false }) &
  (T extends Working ? { readonly works: true } : { readonly works?: false }) &
  ([T['answer']] extends [never]
    ? { readonly combine?: undefined; readonly encode?: undefined }
    : {
        readonly combine: Combine<T['answer']>
        readonly encode: (answer: T['answer'] | undefined, event: T['event']) => CognitoResponse | undefined
      })

/** A Lambda function, with properties for tools and tests. */
export interface TriggerHandler<T extends Trigger> extends Invoke<T> {
  /**
   * Returns the decision for an event, for tests and debugging. It runs no middleware and writes no log line. It neither validates
   * nor changes the event.
   */
  readonly decide: (event: T['event']) => Promise<Decision<T>>
  /** The handler's tree of rules. Tools read it without running the rules. */
  readonly composition: Rule<T>
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly trigger: T['name']
  /** True if the trigger's rules may deny by an error. Lambda counts such a denial as an error of the function. */
  readonly refuses: boolean
  /**
   * Sets the observer for the next invocations. The observer receives data that must not be logged, such as the errors of rules.
   * `lifeguard replay` and `lifeguard explain` use it.
   */
  readonly observe: (observer: RuleObserver) => void
}

/** Settings of a middleware: the handler's settings without `middleware`. */
export type MiddlewareSettings<T extends Trigger> = Omit<HandlerSettings<T>, 'middleware'>

/** Creates a trigger's handlers from rules. */
export interface TriggerFactory<T extends Trigger> {
  (settings: HandlerSettings<T>, ...rules: readonly RuleArgument<T>[]): TriggerHandler<T>
  (...rules: readonly RuleArgument<T>[]): TriggerHandler<T>
  /** Creates a rule that only this trigger accepts. See `defineRule`. */
  readonly rule: {
    (name: string, evaluate: Rule<T>['evaluate'], options: RuleOptions<T> & DeclaresReads): Rule<T> & DeclaresReads
    (name: string, evaluate: Rule<T>['evaluate'], options?: RuleOptions<T>): Rule<T>
  }
  /**
   * Creates a middy middleware from rules, for an existing middy handler.
   *
   * Two parts of that handler can bypass a denial. An `onError` that returns a value turns the denial into success. An earlier
   * `before` that returns a value ends the invocation before the rules run. Handlers made by this factory prevent both.
   */
  readonly middleware: {
    (settings: MiddlewareSettings<T>, ...rules: readonly RuleArgument<T>[]): Middleware<T['event']>
    (...rules: readonly RuleArgument<T>[]): Middleware<T['event']>
  }
}

/**
 * Creates the factory for a trigger's handlers.
 *
 * @example
 * export const preAuthentication = defineTrigger<PreAuthentication>({
 *   name: 'PreAuthentication',
 *   refuses: true,
 *   approves: true,
 *   onError: 'fail',
 * })
 */
export function defineTrigger<T extends Trigger>(definition: TriggerDefinition<T>): TriggerFactory<T> {
  const contract = toContract(definition)
  const make = (...given: Given<T>): TriggerHandler<T> => {
    const composed = compose<T>(contract, contract.name, given)
    const { rule, settings } = composed
    const { clock = processClock, deadlineMs = deadlineLimits(contract).default } = settings
    const { observed, observe } = createObserved()
    const handler = Object.assign(createHandler(composed, observed), {
      composition: rule,
      trigger: contract.name,
      refuses: contract.refuses && contract.encodeDenial === undefined,
      observe,
      async decide(event: T['event']): Promise<Decision<T>> {
        const deadline = startDeadline(deadlineMs, clock)
        const decision = await decide(rule, event, { contract, deadline, clock, ...observed.by })
        deadline.close()
        return decision
      },
    })
    announce(handler)
    return handler
  }
  const middleware = (...given: Given<T>) => {
    const composed = compose<T>(contract, `${contract.name}.middleware`, given)
    const { observed, observe } = createObserved()
    announce({ composition: composed.rule, trigger: contract.name, observe })
    return createMiddleware(composed, observed)
  }
  function rule(name: string, evaluate: Rule<T>['evaluate'], options: RuleOptions<T> & DeclaresReads): Rule<T> & DeclaresReads
  function rule(name: string, evaluate: Rule<T>['evaluate'], options?: RuleOptions<T>): Rule<T>
  function rule(name: string, evaluate: Rule<T>['evaluate'], options: RuleOptions<T> = {}): Rule<T> {
    return defineRule<T>(name, evaluate, { ...options, trigger: contract.name })
  }
  return Object.assign(make, { rule, middleware })
}

/** Creates the holder of a handler's observer, and the function that sets the observer. */
function createObserved(): { readonly observed: Observed; readonly observe: (observer: RuleObserver) => void } {
  const observed: Observed = { by: {} }
  const observe = (observer: RuleObserver): void => {
    observed.by = observer
  }
  return { observed, observe }
}

/** A factory's arguments: optional settings, then rules. */
type Given<T extends Trigger> = readonly (HandlerSettings<T> | RuleArgument<T>)[]

// Declares `combine` as a method. TypeScript checks a method's parameters less strictly, so a typed `combine` can be assigned.
interface Combining {
  combine(earlier: unknown, later: unknown): unknown
}

interface Erased extends Pick<TriggerContract, 'name' | 'onError' | 'userOf' | 'waits' | 'encodeDenial' | 'secrets'> {
  readonly encode?: NonNullable<TriggerContract['answers']>['encode'] | undefined
  readonly refuses?: boolean
  readonly approves?: boolean
  readonly works?: boolean
  readonly combine?: 'first' | Combining['combine'] | undefined
}

/** Converts a typed definition to the untyped contract that the engine reads. */
function toContract(definition: Erased): TriggerContract {
  const {
    name,
    onError,
    userOf,
    waits,
    encodeDenial,
    secrets,
    refuses = false,
    approves = false,
    works = false,
    combine,
    encode,
  } = definition
  const combineAnswers = (earlier: unknown, later: unknown): unknown => (typeof combine === 'function' ? combine(earlier, later) : earlier)
  return {
    ...{ name, refuses, approves, works, waits, onError },
    ...(combine !== undefined &&
      encode !== undefined && { answers: { firstStands: combine === 'first', combine: combineAnswers, encode } }),
    ...(encodeDenial && { encodeDenial }),
    ...(userOf && { userOf }),
    ...(secrets && { secrets }),
  }
}

/** Chains the rules, and validates settings and rules when the handler is created. */
function compose<T extends Trigger>(contract: TriggerContract, owner: string, given: Given<T>): Composed<T> {
  const [first] = given
  const settings = isSettings(first) ? first : {}
  assertSettings(settings, deadlineLimits(contract).max)
  const offset = isSettings(first) ? 1 : 0
  assertRules(`${owner}()`, given.slice(offset), offset + 1)
  const rule = chain(...given.filter((each): each is RuleArgument<T> => isRule(each)))
  assertComposition(rule, contract)
  // `onceRules` throws if two effects share a name. Otherwise the second effect would never run.
  onceRules(rule)
  return { contract, rule, settings }
}

/** Returns true if the argument is settings: a plain object that is not a rule. `assertRules` rejects any other invalid argument. */
function isSettings<T extends Trigger>(value: HandlerSettings<T> | RuleArgument<T> | undefined): value is HandlerSettings<T> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && !isRule(value)
}
