import type { Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Sender, SenderEvent } from '../shared/sender/sender.ts'

/**
 * The custom email sender event. `code` is null in a notification about an account takeover, whose attributes hold no email address.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
 */
export interface CustomEmailSenderEvent extends SenderEvent {
  readonly triggerSource: Open<SourceOf<'CustomEmailSender'>>
}

/** The custom email sender trigger. It sends each email of the user pool, because Cognito then sends none. */
export interface CustomEmailSender extends Sender {
  readonly name: 'CustomEmailSender'
  readonly event: CustomEmailSenderEvent
}

/**
 * Makes the Lambda handler of the custom email sender trigger from rules. Cognito does not wait for it, so its time is the timeout of the
 * function. If a rule throws, the invocation fails, and Lambda repeats the event twice.
 *
 * @throws TypeError if the list of rules is empty or an argument is invalid.
 * @example
 * export const handler = customEmailSender(sendEmail(mailer, catalogue, { code }))
 */
export const customEmailSender: TriggerFactory<CustomEmailSender> = defineTrigger<CustomEmailSender>({
  name: 'CustomEmailSender',
  waits: false,
  works: true,
  onError: 'fail',
})
