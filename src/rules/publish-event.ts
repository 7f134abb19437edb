import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { assertReads, type DeclaresReads } from '../shared/rules/condition.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import { isObject } from '../shared/rules/invocation.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext, Working } from '../shared/rules/trigger.ts'
import { assertEventType, type EventBus } from './event-bus.ts'

/** Returns the data of an event, or undefined to publish none. */
export type EventDetail<T extends Working = Working> = (ctx: RuleContext<T>) => Readonly<Record<string, unknown>> | undefined

/** Options of {@link publishEvent}. */
export interface PublishEventOptions<T extends Working = Working> {
  /** The type of the event, by which receivers choose it, such as `UserConfirmed`. */
  readonly type: string
  /** Returns the data of the event. The default has the pool, the `sub`, the trigger, its source and the app client. */
  readonly detail?: EventDetail<T>
  /** The user attributes that `detail` reads. Required for a function, `[]` for none. The ledger keeps them until the event is published. */
  readonly reads?: readonly string[]
}

const OWNER = 'publishEvent()'

/**
 * Makes a rule that publishes an event to a bus, such as EventBridge, so that other programs can react. It acts on every source of its
 * trigger. Wrap it in {@link once}, because Cognito may repeat the event.
 *
 * @throws TypeError if the bus or an option is invalid. The rule fails if `detail` returns something else than an object.
 * @example
 * when(triggeredBy('PostConfirmation_ConfirmSignUp'), once(ledger, publishEvent(bus, { type: 'UserConfirmed' }), { delivery: 'at-least-once' }))
 */
export function publishEvent<T extends Working>(bus: EventBus, options: PublishEventOptions<T>): Rule<T> & DeclaresReads {
  assertMethod(OWNER, 'the bus', bus, 'publish', 'eventBridgeBus(options)')
  assertOptions(OWNER, options, ['type', 'detail', 'reads'])
  const { type, detail } = options
  assertEventType(OWNER, type)
  if (detail !== undefined && typeof detail !== 'function')
    throw new TypeError(`${OWNER}: detail is ${describeValue(detail)}; expected a function that returns an object`)
  const { reads = detail === undefined ? [] : undefined } = options
  assertReads(`${OWNER}: a function needs the option reads`, reads)
  const rule = compose<T>({
    name: 'publish-event',
    kind: 'rule',
    can: ['done'],
    reasons: ['no-detail'],
    ...(bus.permissions && { permissions: bus.permissions }),
    async evaluate(ctx) {
      const data = detail === undefined ? describe(ctx) : createDetail(detail, ctx)
      if (data === undefined) return skip('no-detail')
      await bus.publish({ type, detail: data }, ctx.signal)
      return done()
    },
  })
  return { ...rule, reads }
}

function describe({ trigger, event, user, appClient }: RuleContext): Readonly<Record<string, unknown>> {
  const { userPoolId, triggerSource } = event
  return { userPoolId, sub: user.sub ?? null, trigger, triggerSource, appClient: appClient ?? null }
}

/**
 * Calls `detail`. Returns its data, or undefined for no event.
 *
 * @throws NotDoneError if the function fails. Nothing was published then, so the ledger may run the rule again, with a corrected function.
 */
function createDetail<T extends Working>(detail: EventDetail<T>, ctx: RuleContext<T>): Readonly<Record<string, unknown>> | undefined {
  try {
    const data: unknown = detail(ctx)
    if (data === undefined || isObject(data)) return data
    throw new TypeError(`${OWNER}: detail returned ${describeValue(data)}; expected an object`)
  } catch (error) {
    throw new NotDoneError(error)
  }
}
