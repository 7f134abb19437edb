import type { Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Sender, SenderEvent } from '../shared/sender/sender.ts'

/**
 * The custom SMS sender event.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sms-sender.html
 */
export interface CustomSmsSenderEvent extends SenderEvent {
  readonly triggerSource: Open<SourceOf<'CustomSMSSender'>>
}

/** The custom SMS sender trigger. It sends each text message of the user pool, because Cognito then sends none. */
export interface CustomSmsSender extends Sender {
  readonly name: 'CustomSMSSender'
  readonly event: CustomSmsSenderEvent
}

/**
 * Makes the Lambda handler of the custom SMS sender trigger from rules. Cognito does not wait for it, so its time is the timeout of the
 * function. If a rule throws, the invocation fails, and Lambda repeats the event twice.
 *
 * @throws TypeError if the list of rules is empty or an argument is invalid.
 * @example
 * export const handler = customSmsSender(when(allowCountries('DE', 'AT'), sendSms(texter, catalogue, { code })))
 */
export const customSmsSender: TriggerFactory<CustomSmsSender> = defineTrigger<CustomSmsSender>({
  name: 'CustomSMSSender',
  waits: false,
  works: true,
  onError: 'fail',
})
