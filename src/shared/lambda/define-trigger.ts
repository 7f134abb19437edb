import type { MiddlewareObj } from '@middy/core'
import { chain } from '../rules/combinators.ts'
import type { Decision, RuleObserver } from '../rules/decision.ts'
import { decide } from '../rules/engine.ts'
import { processClock, startDeadline } from '../rules/invocation.ts'
import { onceRules } from '../rules/once-rules.ts'
import { assertNames, type Part, type Rule } from '../rules/rule.ts'
import type { Allowed, FieldType, Trigger } from '../rules/trigger.ts'
import {
  answerOrThrow,
  assertEvent,
  type Composed,
  createHandler,
  type FinalDecision,
  finalDecision,
  type Invoke,
  type Observed,
} from './handler.ts'
import { reporter } from './report.ts'
import { assertSettings, DEFAULT_DEADLINE_MS, type HandlerSettings } from './settings.ts'

/** What the adapter has to know of a trigger. */
export interface TriggerDefinition<T extends Trigger> {
  /** The word of Cognito's LambdaConfig, which stands in the errors that callers see: `PreSignUp`. */
  readonly name: string
  readonly phase: T['phase']
  readonly responseFields: Readonly<Record<keyof T['event']['response'] & string, FieldType>>
}

/** A function that Lambda can run, with what tools and tests need to look inside. */
export interface TriggerHandler<T extends Trigger> extends Invoke<T> {
  /** Decides without Lambda, middleware or log line; for tests and for asking why. The event is not checked, and not changed. */
  readonly decide: (event: T['event']) => Promise<Decision<T>>
  /** The composition, to be read without running it. */
  readonly rule: Rule<T>
  /** The word of Cognito's LambdaConfig. */
  readonly trigger: string
  /** Whether the trigger can deny. Lambda counts a denial as an error, so alarms on errors subtract denials. */
  readonly refuses: boolean
  /**
   * For tools: sends what breaks a rule, and what a log must not hold of a denial, to an observer from the next invocation on.
   * `lifeguard replay` and `lifeguard explain` use it.
   */
  readonly observe: (observer: RuleObserver) => void
}

/** Makes handlers of a trigger out of rules. */
export interface TriggerFactory<T extends Trigger> {
  (...rules: readonly Part<T>[]): TriggerHandler<T>
  /** The same with settings. */
  readonly with: (settings: HandlerSettings<T>) => (...rules: readonly Part<T>[]) => TriggerHandler<T>
  /** The same chain as a middy middleware, for people who have a middy handler already. */
  readonly guard: Guard<T>
}

/** Makes a middy middleware of a chain. */
export type Guard<T extends Trigger> = (...rules: readonly Part<T>[]) => MiddlewareObj<T['event'], T['event']>

/**
 * Makes the factory of a trigger's handlers.
 *
 * @example
 * export const preSignUp = defineTrigger<PreSignUp>({ name: 'PreSignUp', phase: 'pre', responseFields: { autoConfirmUser: 'boolean' } })
 */
export function defineTrigger<T extends Trigger>(definition: TriggerDefinition<T>): TriggerFactory<T> {
  const allowed: Allowed = { phase: definition.phase, responseFields: definition.responseFields }
  const withSettings = (settings: HandlerSettings<T>) => {
    assertSettings(settings)
    return (...rules: readonly Part<T>[]): TriggerHandler<T> => {
      const rule = composed(rules)
      const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS } = settings
      const observed: Observed = { by: {} }
      return Object.assign(createHandler({ name: definition.name, allowed, rule, settings }, observed), {
        rule,
        trigger: definition.name,
        refuses: definition.phase === 'pre',
        observe(observer: RuleObserver): void {
          observed.by = observer
        },
        async decide(event: T['event']): Promise<Decision<T>> {
          const deadline = startDeadline(deadlineMs, clock)
          const decision = await decide(rule, event, { allowed, deadline, clock, ...observed.by })
          deadline.close()
          return decision
        },
      })
    }
  }
  return Object.assign((...rules: readonly Part<T>[]) => withSettings({})(...rules), {
    with: withSettings,
    guard: (...rules: readonly Part<T>[]) => guardWith<T>({ name: definition.name, allowed, rule: composed(rules), settings: {} }),
  })
}

function composed<T extends Trigger>(rules: readonly Part<T>[]): Rule<T> {
  const rule = chain(...rules)
  assertNames(rule)
  // Where two effects share a name it is said now, not when the second has never run.
  onceRules(rule)
  return rule
}

/**
 * A chain as a middy middleware, for a middy handler that is there already. It judges the event as the middleware before it
 * left it, and throws on a denial. What middy then does is out of its hands: an `onError` that returns a value turns the
 * denial into success, an earlier `before` that returns a value ends the invocation unjudged, and the deadline does not
 * cover the rest of the handler. The handlers that the factories make have none of these holes.
 */
export function guardWith<T extends Trigger>({ name, allowed, rule, settings }: Composed<T>): MiddlewareObj<T['event'], T['event']> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS } = settings
  const report = reporter(name, rule, settings)

  const judge = async (event: T['event']): Promise<FinalDecision<T>> => {
    const deadline = startDeadline(deadlineMs, clock)
    try {
      assertEvent(event)
      return finalDecision(await decide(rule, event, { allowed, deadline, clock }))
    } catch (error) {
      return finalDecision<T>(undefined, { thrown: error })
    } finally {
      deadline.close()
    }
  }

  return {
    name: 'lifeguard',
    async before(request) {
      const startedAt = clock.now()
      const decision = await judge(request.event)
      report(request.event, request.context, decision, clock.now() - startedAt)
      // middy ends the invocation with whatever a `before` returns, so the answer goes into the event and nothing is returned.
      request.event = answerOrThrow<T>(decision, request.event)
    },
  }
}
