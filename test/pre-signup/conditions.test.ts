import { describe, expect, it } from 'vitest'
import { byAdministrator, byIdentityProvider, type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { denyIf } from '../../src/shared/rules/combinators.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const holding = async (event: PreSignUp['event']) => {
  const conditions = { byAdministrator, byIdentityProvider }
  const held: string[] = []
  for (const [name, condition] of Object.entries(conditions)) {
    const decision = await preSignUp(denyIf(condition, 'held', 'It holds')).decide(event)
    if (decision.kind === 'denied') held.push(name)
  }
  return held
}

describe('who creates a user', () => {
  it.each([
    { source: 'a self-service sign-up', event: preSignUpEvent(), held: [] },
    { source: 'an administrator', event: adminCreatedEvent(), held: ['byAdministrator'] },
    { source: 'an identity provider', event: federatedEvent(), held: ['byIdentityProvider'] },
    { source: 'nobody knows who', event: preSignUpEvent({}, { triggerSource: 'PreSignUp_Telepathy' }), held: [] },
  ])('is told for $source', async ({ event, held }) => {
    expect(await holding(event)).toEqual(held)
  })
})
