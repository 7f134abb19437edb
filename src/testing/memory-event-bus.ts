import type { BusEvent, EventBus } from '../rules/event-bus.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import { createFaults, type Faults } from './faults.ts'

/** An event bus that keeps its events in memory. */
export interface MemoryEventBus extends EventBus, Faults<'publish'> {
  /** The events as a receiver gets them, so that a date is a string. */
  readonly published: readonly BusEvent[]
}

/**
 * Creates an event bus that keeps its events in memory. For an event that was certainly not published, let it fail with a `NotDoneError`.
 * After any other error, the event may have been published.
 *
 * @example
 * const bus = memoryEventBus()
 * await run(preSignUp(denyEvents(bus, allowEmailDomains('example.com'))), signUp({ email: 'eve@evil.example' }))
 * assert.equal(bus.published[0]?.detail.reason, 'domain-not-allowed')
 */
export function memoryEventBus(): MemoryEventBus {
  const published: BusEvent[] = []
  const { faults, run } = createFaults<'publish'>()
  return {
    ...faults,
    permissions: [],
    published,
    async publish(event, signal) {
      if (signal.aborted) throw new NotDoneError(signal.reason)
      await run('publish', signal, () => published.push(JSON.parse(JSON.stringify(event))))
    },
  }
}
