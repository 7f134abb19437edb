import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { combineMessages, encodeMessage, type Message } from './encode-message.ts'

/**
 * The custom message event. Cognito replaces the placeholders in the message after the function has answered, so the event has no code.
 *
 * The metadata of InitiateAuth and AdminInitiateAuth is not in `clientMetadata`.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
 */
export interface CustomMessageEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'CustomMessage'>>
  readonly request: {
    readonly userAttributes?: AttributeMap | null | undefined
    /** `{####}`, which Cognito replaces by the code or by the temporary password. */
    readonly codeParameter?: string | null | undefined
    /** `{username}` for AdminCreateUser, else null. */
    readonly usernameParameter?: string | null | undefined
    /** `{##Click Here##}`, which Cognito replaces by a link in pools that verify by link. Older events lack it. */
    readonly linkParameter?: string | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  /** Cognito sends these fields as null. */
  readonly response: {
    readonly smsMessage?: string | null | undefined
    readonly emailMessage?: string | null | undefined
    readonly emailSubject?: string | null | undefined
  }
}

/** The custom message trigger. It runs before Cognito sends a code or an invitation. A denial stops the message and the caller's request. */
export interface CustomMessage extends Refusing {
  readonly name: 'CustomMessage'
  readonly event: CustomMessageEvent
  readonly answer: Message
}

/**
 * Makes the Lambda handler of the custom message trigger from rules. After an error of a rule, Cognito sends its own message.
 *
 * @throws TypeError if the list of rules is empty or an argument is invalid.
 * @example
 * export const handler = customMessage(messages({ fallback: 'en', locales: { en: { default: { sms: '{{code}} is your code' } } } }))
 */
export const customMessage: TriggerFactory<CustomMessage> = defineTrigger<CustomMessage>({
  name: 'CustomMessage',
  refuses: true,
  onError: 'continue',
  combine: combineMessages,
  encode: encodeMessage,
})
