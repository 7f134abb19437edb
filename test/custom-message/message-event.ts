import type { CustomMessageEvent } from '../../src/custom-message/trigger.ts'
import { preAuthenticationEvent } from '../support/events.ts'

/** Makes a custom message event of the user ann, as Cognito sends it. `request` adds fields to the usual request. */
export function messageEvent(
  source: string = 'SignUp',
  request: Readonly<Record<string, unknown>> = {},
  attributes: Readonly<Record<string, string>> = {},
): CustomMessageEvent {
  const event = preAuthenticationEvent()
  const invitation = source === 'AdminCreateUser'
  return {
    ...event,
    triggerSource: `CustomMessage_${source}`,
    request: {
      userAttributes: { ...event.request.userAttributes, ...attributes },
      codeParameter: '{####}',
      linkParameter: '{##Click Here##}',
      usernameParameter: invitation ? '{username}' : null,
      ...request,
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  }
}
