import type { MiddlewareObj } from '@middy/core'
import { processClock, startDeadline } from '../rules/deadline.ts'
import { decide } from '../rules/engine.ts'
import type { Trigger } from '../rules/trigger.ts'
import { answerOrThrow } from './answer.ts'
import { type Conclusion, concludeFrom } from './conclude.ts'
import type { Composed } from './invoke.ts'
import { reporter } from './log/report.ts'
import { assertEvent } from './middleware/check-event.ts'
import { DEFAULT_DEADLINE_MS } from './settings.ts'

/**
 * A chain as a middy middleware, for a middy handler that is there already. It judges the event as the middleware before it
 * left it, and throws on a denial. What middy then does is out of its hands: an `onError` that returns a value turns the
 * denial into success, an earlier `before` that returns a value ends the invocation unjudged, and the deadline does not
 * cover the rest of the handler. The handlers that the factories make have none of these holes.
 */
export function guardWith<T extends Trigger>({ name, allowed, rule, settings }: Composed<T>): MiddlewareObj<T['event'], T['event']> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS } = settings
  const report = reporter(name, rule, settings)

  const judge = async (event: T['event']): Promise<Conclusion<T>> => {
    const deadline = startDeadline(deadlineMs, clock)
    try {
      await assertEvent(event)
      return concludeFrom(await decide(rule, event, { allowed, deadline, clock }), undefined)
    } catch (error) {
      return concludeFrom<T>(undefined, { error })
    } finally {
      deadline.close()
    }
  }

  return {
    name: 'lifeguard',
    async before(request) {
      const startedAt = clock.now()
      const conclusion = await judge(request.event)
      report(request.event, request.context, conclusion, clock.now() - startedAt)
      // middy ends the invocation with whatever a `before` returns, so the answer goes into the event and nothing is returned.
      request.event = answerOrThrow<T>(conclusion, request.event)
    },
  }
}
