import type { Webhook } from '../rules/notify.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import { createFaults, type Faults } from './faults.ts'

/** A webhook that keeps its texts in memory. */
export interface MemoryWebhook extends Webhook, Faults<'send'> {
  readonly sent: readonly string[]
}

/**
 * Creates a webhook that keeps its texts in memory. For a text that was certainly not sent, let it fail with a `NotDoneError`. After any
 * other error, the text may have been sent.
 *
 * @example
 * const webhook = memoryWebhook()
 * await run(postConfirmation(notify(webhook, { message: () => 'New user', reads: [] })), confirmed())
 * assert.deepEqual(webhook.sent, ['New user'])
 */
export function memoryWebhook(): MemoryWebhook {
  const sent: string[] = []
  const { faults, run } = createFaults<'send'>()
  return {
    ...faults,
    permissions: [],
    sent,
    async send(text, signal) {
      if (signal.aborted) throw new NotDoneError(signal.reason)
      await run('send', signal, () => sent.push(text))
    },
  }
}
