import { NotDoneError } from '../shared/rules/errors.ts'
import type { Texter, TextMessage } from '../shared/sms/texter.ts'
import { createFaults, type Faults } from './faults.ts'

/** A texter that keeps its text messages in memory. */
export interface MemoryTexter extends Texter, Faults<'send'> {
  readonly sent: readonly TextMessage[]
}

/**
 * Creates a texter that keeps its text messages in memory. For a message that was certainly not sent, let it fail with a `NotDoneError`.
 * After any other error, the message may have been sent.
 *
 * @example
 * const texter = memoryTexter()
 * texter.failOnce(new NotDoneError(new Error('Throttling')))
 */
export function memoryTexter(): MemoryTexter {
  const sent: TextMessage[] = []
  const { faults, run } = createFaults<'send'>()
  return {
    ...faults,
    permissions: [],
    sent,
    async send(message, signal) {
      if (signal.aborted) throw new NotDoneError(signal.reason)
      await run('send', signal, () => sent.push(message))
    },
  }
}
