import { assertTexts } from '../shared/rules/arguments.ts'
import { type Condition, withProof } from '../shared/rules/condition.ts'
import type { InboundFederation, ProviderType } from './trigger.ts'

/**
 * Makes a condition that is true if the user signs in through one of these identity providers. It ignores the case of a name.
 *
 * @param names The names of the providers in the pool, such as `Google`.
 * @throws TypeError without a name, or if an argument is not a string.
 * @example
 * inboundFederation(when(fromProvider('Google'), requireHostedDomain('example.com')))
 */
export function fromProvider(...names: readonly string[]): Condition<InboundFederation> {
  assertTexts('fromProvider()', names)
  const known = new Set(names.map((name) => name.toLowerCase()))
  return withProof<InboundFederation>('circumstance', [], ({ event }) => known.has(`${event.request.providerName}`.toLowerCase()))
}

/**
 * Makes a condition that is true if the user's identity provider has one of these types.
 *
 * @throws TypeError without a type, or if an argument is not a string.
 * @example
 * inboundFederation(when(fromProviderType('SAML', 'OIDC'), groupsToAttribute('groups', 'custom:groups', { allow: ['admins'] })))
 */
export function fromProviderType(...types: readonly ProviderType[]): Condition<InboundFederation> {
  assertTexts('fromProviderType()', types)
  const known: ReadonlySet<string> = new Set(types)
  return withProof<InboundFederation>('circumstance', [], ({ event }) => known.has(event.request.providerType))
}
