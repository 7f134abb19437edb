import { assertMethod, assertOptions, assertRules, isRule } from '../shared/rules/arguments.ts'
import { chain } from '../shared/rules/combinators.ts'
import { RuleError } from '../shared/rules/errors.ts'
import { type AnyOutcome, type Deny, skip } from '../shared/rules/outcome.ts'
import { hidePersonal } from '../shared/rules/personal.ts'
import { compose, listRules, type Rule, type RuleArgument, type RuleNode } from '../shared/rules/rule.ts'
import type { Refusing, RuleContext } from '../shared/rules/trigger.ts'
import { assertEventType, type BusEvent, type EventBus } from './event-bus.ts'

/** Options of {@link denyEvents}. */
export interface DenyEventsOptions {
  /** The type of the events, by which receivers choose them. The default is `UserDenied`. */
  readonly type?: string
}

const OWNER = 'denyEvents()'

/**
 * Runs rules in order, as `chain` does, and publishes an event if their denial is the decision. The event has the pool, the trigger, its
 * source, the app client, the rule and the reason, and no data of the user. It is published after the decision, in a quarter of the time
 * left and at most 500 ms. An error of the bus never changes the decision.
 *
 * @throws TypeError without a rule, or if the bus or an option is invalid.
 * @example
 * preSignUp(denyEvents(bus, allowEmailDomains('example.com'), requireAttributes(schema)))
 * @example
 * preSignUp(denyEvents(bus, { type: 'SignUpDenied' }, allowEmailDomains('example.com')))
 */
export function denyEvents<T extends Refusing>(bus: EventBus, options: DenyEventsOptions, ...rules: readonly RuleArgument<T>[]): Rule<T>
export function denyEvents<T extends Refusing>(bus: EventBus, ...rules: readonly RuleArgument<T>[]): Rule<T>
export function denyEvents<T extends Refusing>(
  bus: EventBus,
  first: DenyEventsOptions | RuleArgument<T>,
  ...rest: readonly RuleArgument<T>[]
): Rule<T> {
  assertMethod(OWNER, 'the bus', bus, 'publish', 'eventBridgeBus(options)')
  const isFirstRule = (value: DenyEventsOptions | RuleArgument<T>): value is RuleArgument<T> => isRule(value)
  const rules = first === undefined || !isFirstRule(first) ? rest : [first, ...rest]
  const options = first === undefined || isFirstRule(first) ? {} : first
  assertOptions(OWNER, options, ['type'])
  const { type = 'UserDenied' } = options
  assertEventType(OWNER, type)
  assertRules(OWNER, rules, rules === rest ? 3 : 2)
  const inner = chain<T>(...rules)
  const declared = new Set(listRules<RuleNode>(inner).flatMap(({ reasons = [] }) => reasons))
  const createPublisher = (event?: BusEvent): Rule<T> =>
    compose<T>({
      name: 'publish-denial',
      kind: 'rule',
      can: [],
      ...(bus.permissions && { permissions: bus.permissions }),
      async evaluate({ signal }) {
        if (event !== undefined) await bus.publish(event, signal)
        return skip('denial-published')
      },
    })
  return compose<T>({
    name: 'deny-events',
    kind: 'chain',
    // Lists a publisher that never runs, so that the log has its name and packaging its permissions.
    children: [inner, createPublisher()],
    async evaluate(ctx, run): Promise<AnyOutcome<T>> {
      const verdict = await run.evaluate(inner, ctx, { index: 0 })
      if (verdict.kind === 'error') throw new RuleError(verdict)
      if (verdict.kind !== 'deny') return verdict
      // Replaces a reason that a rule made from data of the user, as the log does.
      const hide = (reason: string): string => (declared.has(reason) ? reason : hidePersonal(ctx.event)(reason))
      const event = describeDenial(type, ctx, { ...verdict, reason: hide(verdict.reason) })
      run.defer(createPublisher(event), ctx, verdict)
      return verdict
    },
  })
}

function describeDenial(type: string, { trigger, event, appClient }: RuleContext, { by, reason }: Deny): BusEvent {
  const { userPoolId, triggerSource } = event
  const detail = { userPoolId, trigger, triggerSource, appClient: appClient ?? null, rule: by ?? null, reason }
  return { type, detail }
}
