import type { AttributeMap, CognitoEvent } from '../cognito/event.ts'
import type { RulePermission } from '../rules/rule.ts'
import type { RuleContext, Working } from '../rules/trigger.ts'

/**
 * The event of a custom sender. It has no `response`, because Cognito does not wait for the function.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
 */
export interface SenderEvent extends CognitoEvent {
  readonly request: {
    readonly type?: string
    /** The code or temporary password, encrypted with the AWS Encryption SDK, in base64. Null if the message has none. */
    readonly code?: string | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
    readonly userAttributes?: AttributeMap | null | undefined
  }
}

/** A trigger that sends a message instead of Cognito. Cognito does not wait, and Lambda retries a failed invocation twice. */
export interface Sender extends Working {
  readonly name: 'CustomEmailSender' | 'CustomSMSSender'
  readonly event: SenderEvent
  readonly answer: never
}

/** Port that decrypts the code of an event. */
export interface CodeReader {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  /**
   * Returns the code or temporary password in plain text. Never log it.
   *
   * @throws if the code cannot be decrypted.
   */
  readonly read: <T extends Sender>(ctx: RuleContext<T>) => Promise<string>
}

/** Returns the name of an event's message: the part of the trigger source after `_`, such as `ForgotPassword`. */
export function readMessageName({ triggerSource }: Pick<SenderEvent, 'triggerSource'>): string {
  return triggerSource.slice(triggerSource.indexOf('_') + 1)
}
