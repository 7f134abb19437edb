import type { AttributeChanges } from '../../src/inbound-federation/changes.ts'
import type { InboundFederation, InboundFederationEvent } from '../../src/inbound-federation/index.ts'
import { inboundFederation } from '../../src/inbound-federation/index.ts'
import type { Decision } from '../../src/shared/rules/decision.ts'
import type { RuleArgument } from '../../src/shared/rules/rule.ts'

export const SUBJECT = '109500000000000000000'

/** The claims of the user ann at Google Workspace. */
export const ann: Readonly<Record<'sub' | 'email' | 'email_verified' | 'hd', string>> = {
  sub: SUBJECT,
  email: 'ann@example.com',
  email_verified: 'true',
  hd: 'example.com',
}

type Attributes = InboundFederationEvent['request']['attributes']

/** Creates the event of ann's sign-in through Google. The given claims are those of the ID token. */
export function federationEvent(
  idToken: Attributes['idToken'] = ann,
  more: Partial<InboundFederationEvent['request']> = {},
  attributes: Attributes = {},
): InboundFederationEvent {
  return {
    ...{ version: '1', region: 'eu-west-1', userPoolId: 'eu-west-1_Example', userName: SUBJECT },
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' },
    triggerSource: 'InboundFederation_ExternalProvider',
    request: { providerName: 'Google', providerType: 'Google', ...more, attributes: { idToken, ...attributes } },
    response: { userAttributesToMap: {} },
  }
}

/** Returns the decision of rules for an event. */
export function decide(
  event: InboundFederationEvent,
  ...rules: readonly RuleArgument<InboundFederation>[]
): Promise<Decision<InboundFederation>> {
  return inboundFederation(...rules).decide(event)
}

/** Makes a rule that answers with these changes. */
export function change(changes: AttributeChanges): RuleArgument<InboundFederation> {
  return inboundFederation.rule('change', () => ({ kind: 'answer', answer: changes }))
}

/** Returns the attributes that Cognito maps after rules for an event, or the whole decision if Cognito does not proceed. */
export async function mapped(event: InboundFederationEvent, ...rules: readonly RuleArgument<InboundFederation>[]): Promise<unknown> {
  const decision = await decide(event, ...rules)
  return decision.kind === 'proceed' ? decision.response.userAttributesToMap : decision
}
