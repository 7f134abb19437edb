import type { CustomEmailSender, CustomEmailSenderEvent } from '../../src/custom-email-sender/trigger.ts'
import { createContext, processClock, startDeadline } from '../../src/shared/rules/invocation.ts'
import type { RuleContext } from '../../src/shared/rules/trigger.ts'
import { customEmail } from '../../src/testing/moments.ts'

/** Creates the context of a custom email sender event. */
export function senderContext(event: Partial<CustomEmailSenderEvent>): RuleContext<CustomEmailSender> {
  return createContext<CustomEmailSender>({ ...customEmail(), ...event }, startDeadline(4000, processClock), { name: 'CustomEmailSender' })
}
