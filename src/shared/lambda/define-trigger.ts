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
import { type Composed, createHandler, createMiddleware, type Invoke, type Observed } from './handler.ts'
import { assertSettings, DEFAULT_DEADLINE_MS, type HandlerSettings, type Middleware } from './settings.ts'

/**
 * What a trigger is to the engine and to the adapter.
 *
 * - `name`: in Cognito's LambdaConfig. It stands in the errors that callers see.
 * - `refuses`, `approves`, `works`: as the type of the trigger has it.
 * - `onError`: what an error of a rule means, unless a nearer `failOpen` or `failClosed` says otherwise.
 * - `userOf`: reads the user, where it is not in `request.userAttributes`.
 * - `combine` and `encode`: only where Cognito reads an answer. `encode` alone knows Cognito's fields and versions. It is called for
 *   each answer of a rule, and for the combined one, or undefined. It throws where the event's version cannot carry the answer.
 */
export type TriggerDefinition<T extends Trigger> = {
  readonly name: T['name']
  readonly onError: OnError
  userOf?(event: T['event']): RuleUser
} & (T extends Refusing ? { readonly refuses: true } : { readonly refuses?: false }) &
  (T extends Approving ? { readonly approves: true } : { readonly approves?: false }) &
  (T extends Working ? { readonly works: true } : { readonly works?: false }) &
  ([T['answer']] extends [never]
    ? { readonly combine?: undefined; readonly encode?: undefined }
    : {
        readonly combine: Combine<T['answer']>
        readonly encode: (answer: T['answer'] | undefined, event: T['event']) => CognitoResponse | undefined
      })

/** A function that Lambda can run, with what tools and tests need to look inside. */
export interface TriggerHandler<T extends Trigger> extends Invoke<T> {
  /** Decides without Lambda, middleware or log line; for tests and for asking why. The event is not checked, and not changed. */
  readonly decide: (event: T['event']) => Promise<Decision<T>>
  /** The rules, to be read without running them. */
  readonly composition: Rule<T>
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly trigger: T['name']
  /** Whether the trigger's rules may deny. Lambda counts a denial as an error of the function. */
  readonly refuses: boolean
  /**
   * For tools: sends what breaks a rule, and what a log must not hold, to an observer from the next invocation on.
   * `lifeguard replay` and `lifeguard explain` use it.
   */
  readonly observe: (observer: RuleObserver) => void
}

/** Settings of a middleware: those of a handler, but for the middleware of a handler. */
export type MiddlewareSettings<T extends Trigger> = Omit<HandlerSettings<T>, 'middleware'>

/** Makes handlers of a trigger out of rules. */
export interface TriggerFactory<T extends Trigger> {
  (settings: HandlerSettings<T>, ...rules: readonly RuleArgument<T>[]): TriggerHandler<T>
  (...rules: readonly RuleArgument<T>[]): TriggerHandler<T>
  /** Makes a rule of this trigger alone: see `defineRule`. */
  readonly rule: {
    (name: string, evaluate: Rule<T>['evaluate'], options: RuleOptions<T> & DeclaresReads): Rule<T> & DeclaresReads
    (name: string, evaluate: Rule<T>['evaluate'], options?: RuleOptions<T>): Rule<T>
  }
  /**
   * Makes a middy middleware of rules, for a middy handler that you have already. An `onError` of that handler which returns a value
   * turns a denial into success, and an earlier `before` which returns a value ends the invocation unjudged. Only the handlers
   * that the factory itself makes promise that neither can happen.
   */
  readonly middleware: {
    (settings: MiddlewareSettings<T>, ...rules: readonly RuleArgument<T>[]): Middleware<T['event']>
    (...rules: readonly RuleArgument<T>[]): Middleware<T['event']>
  }
}

/**
 * Makes the factory of a trigger's handlers.
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
    const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS } = settings
    const observed: Observed = { by: {} }
    return Object.assign(createHandler(composed, observed), {
      composition: rule,
      trigger: contract.name,
      refuses: contract.refuses,
      observe(observer: RuleObserver): void {
        observed.by = observer
      },
      async decide(event: T['event']): Promise<Decision<T>> {
        const deadline = startDeadline(deadlineMs, clock)
        const decision = await decide(rule, event, { contract, deadline, clock, ...observed.by })
        deadline.close()
        return decision
      },
    })
  }
  const middleware = (...given: Given<T>) => createMiddleware(compose<T>(contract, `${contract.name}.middleware`, given))
  function rule(name: string, evaluate: Rule<T>['evaluate'], options: RuleOptions<T> & DeclaresReads): Rule<T> & DeclaresReads
  function rule(name: string, evaluate: Rule<T>['evaluate'], options?: RuleOptions<T>): Rule<T>
  function rule(name: string, evaluate: Rule<T>['evaluate'], options: RuleOptions<T> = {}): Rule<T> {
    return defineRule<T>(name, evaluate, { ...options, trigger: contract.name })
  }
  return Object.assign(make, { rule, middleware })
}

/** What a factory is given: settings or not, then rules. */
type Given<T extends Trigger> = readonly (HandlerSettings<T> | RuleArgument<T>)[]

// A method, whose parameters TypeScript compares in both directions: the definition's own types are erased here.
interface Combining {
  combine(earlier: unknown, later: unknown): unknown
}

interface Erased extends Pick<TriggerContract, 'name' | 'onError' | 'userOf'> {
  readonly encode?: NonNullable<TriggerContract['answers']>['encode'] | undefined
  readonly refuses?: boolean
  readonly approves?: boolean
  readonly works?: boolean
  readonly combine?: 'first' | Combining['combine'] | undefined
}

/** Erases the types of a definition for the engine. */
function toContract(definition: Erased): TriggerContract {
  const { name, onError, userOf, refuses = false, approves = false, works = false, combine, encode } = definition
  const combineAnswers = (earlier: unknown, later: unknown): unknown => (typeof combine === 'function' ? combine(earlier, later) : earlier)
  return {
    ...{ name, refuses, approves, works, onError },
    ...(combine !== undefined &&
      encode !== undefined && { answers: { firstStands: combine === 'first', combine: combineAnswers, encode } }),
    ...(userOf && { userOf }),
  }
}

/** Makes one chain of the rules, and checks all that can be checked before an event comes. */
function compose<T extends Trigger>(contract: TriggerContract, owner: string, given: Given<T>): Composed<T> {
  const [first] = given
  const settings = isSettings(first) ? first : {}
  assertSettings(settings)
  const offset = isSettings(first) ? 1 : 0
  assertRules(`${owner}()`, given.slice(offset), offset + 1)
  const rule = chain(...given.filter((each): each is RuleArgument<T> => isRule(each)))
  assertComposition(rule, contract)
  // Where two effects share a name it is said now, not when the second has never run.
  onceRules(rule)
  return { contract, rule, settings }
}

/** Whether an argument is an object that is not a rule. Anything else is reported as a rule that it should be. */
function isSettings<T extends Trigger>(value: HandlerSettings<T> | RuleArgument<T> | undefined): value is HandlerSettings<T> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && !isRule(value)
}
