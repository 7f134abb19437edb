import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AutoConfirmOptions, autoConfirm } from '../../src/pre-signup/auto-confirm.ts'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { emailDomainIn } from '../../src/shared/email/email-domain-in.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import { and, type Condition, fromAppClient, hasAttribute, not, or, triggeredBy } from '../../src/shared/rules/condition.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const domain = emailDomainIn('example.com')
const source = triggeredBy('PreSignUp_SignUp')
const proof: Condition<PreSignUp> = ({ user }) => user.userName === 'ann'
const both = { email: 'ann@example.com', phone_number: '+15550100' }

const respond = async (options: AutoConfirmOptions, event = preSignUpEvent(both)) => {
  const decision = await preSignUp(autoConfirm(options)).decide(event)
  return decision.kind === 'proceed' ? decision.response : decision
}

describe('autoConfirm', () => {
  it('confirms users, and marks nothing as verified by default', async () => {
    expect(await respond({})).toEqual({ autoConfirmUser: true })
    expect(await respond({ verifyEmail: false, verifyPhone: false })).toEqual({ autoConfirmUser: true })
  })

  it.each([
    { options: { when: proof, verifyEmail: true }, response: { autoConfirmUser: true, autoVerifyEmail: true } },
    { options: { when: proof, verifyPhone: true }, response: { autoConfirmUser: true, autoVerifyPhone: true } },
    {
      options: { when: proof, verifyEmail: true, verifyPhone: true },
      response: { autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: true },
    },
    { options: { verifyEmail: 'trust-unproven-address' }, response: { autoConfirmUser: true, autoVerifyEmail: true } },
    { options: { verifyPhone: 'trust-unproven-number' }, response: { autoConfirmUser: true, autoVerifyPhone: true } },
    { options: { when: domain, trust: 'unproven-address' }, response: { autoConfirmUser: true } },
  ] as const)('returns $response for the options $options', async ({ options, response }) => {
    expect(await respond(options)).toEqual(response)
  })

  it('does not mark a missing attribute as verified, because that would fail the sign-up', async () => {
    const all = { when: proof, verifyEmail: true, verifyPhone: true }
    expect(await respond(all, preSignUpEvent({ email: 'ann@example.com' }))).toEqual({ autoConfirmUser: true, autoVerifyEmail: true })
    expect(await respond(all, preSignUpEvent({ phone_number: '+15550100' }))).toEqual({ autoConfirmUser: true, autoVerifyPhone: true })
    expect(await respond(all, preSignUpEvent({ email: '', phone_number: '' }))).toEqual({ autoConfirmUser: true })
  })

  it('skips users for whom the condition does not hold', async () => {
    expect(await respond({ when: not(proof) })).toEqual({})
  })

  it('skips users whom an administrator creates, without evaluating the condition', async () => {
    const never = () => {
      throw new Error('evaluated')
    }
    expect(await respond({ when: never }, adminCreatedEvent())).toEqual({})
  })

  it('confirms federated users and users from unknown trigger sources', async () => {
    expect(await respond({}, federatedEvent())).toEqual({ autoConfirmUser: true })
    expect(await respond({}, preSignUpEvent(both, { triggerSource: 'PreSignUp_Telepathy' }))).toEqual({ autoConfirmUser: true })
  })

  it('fails the sign-up if the condition throws', async () => {
    const broken = () => Promise.reject(new Error('no answer'))
    expect(await respond({ when: broken })).toMatchObject({ kind: 'failed', rule: 'auto-confirm' })
  })

  it('never allows', async () => {
    const decision = await preSignUp(anyOf(autoConfirm())).decide(preSignUpEvent())
    expect(decision).toMatchObject({ kind: 'denied', reason: 'no-rule-allowed' })
    expect(autoConfirm().can).toEqual(['answer'])
  })

  it('records in the trace why it confirmed or skipped the user', async () => {
    const runForReason = async (options: AutoConfirmOptions, event = preSignUpEvent()) =>
      (await preSignUp(autoConfirm(options)).decide(event)).trace[0]?.reason
    expect(await runForReason({})).toBe('confirmed')
    expect(await runForReason({ when: not(proof) })).toBe('condition-false')
    expect(await runForReason({}, adminCreatedEvent())).toBe('ignored-for-administrators')
  })

  it('never marks a missing attribute as verified, for any event and options', async () => {
    const attribute = fc.option(fc.constantFrom('', 'ann@example.com', '+15550100', ' '), { nil: undefined })
    const events = fc.record({
      email: attribute,
      phone_number: attribute,
      triggerSource: fc.constantFrom('PreSignUp_SignUp', 'PreSignUp_AdminCreateUser', 'PreSignUp_ExternalProvider', 'PreSignUp_Telepathy'),
    })
    const options = fc.record(
      {
        when: fc.constantFrom(proof, not(proof)),
        verifyEmail: fc.constantFrom(true, false, 'trust-unproven-address' as const),
        verifyPhone: fc.constantFrom(true, false, 'trust-unproven-number' as const),
      },
      { requiredKeys: ['when'] },
    )
    await fc.assert(
      fc.asyncProperty(events, options, async ({ email, phone_number, triggerSource }, given) => {
        const attributes = { ...(email !== undefined && { email }), ...(phone_number !== undefined && { phone_number }) }
        const event = preSignUpEvent(attributes, { triggerSource })
        const answer = (await preSignUp({ write: () => undefined }, autoConfirm(given))(event)).response
        if (!email) expect(answer.autoVerifyEmail).toBe(false)
        if (!phone_number) expect(answer.autoVerifyPhone).toBe(false)
        if (triggerSource === 'PreSignUp_AdminCreateUser') expect(answer).toEqual(event.response)
      }),
    )
  })
})

const byDomain: readonly { readonly what: string; readonly when: Condition<PreSignUp> }[] = [
  { what: 'a domain', when: domain },
  { what: 'not a domain', when: not(domain) },
  { what: 'a domain and the trigger source', when: and(domain, source) },
  { what: 'the app client, an attribute and a domain', when: and(fromAppClient('1'), hasAttribute('name'), domain) },
  { what: 'one domain or another', when: or(domain, emailDomainIn('example.org')) },
  { what: 'a domain or the trigger source', when: or(domain, source) },
  { what: 'proof or a domain', when: or(proof, domain) },
  { what: 'a domain or proof', when: or(domain, proof) },
  { what: 'the trigger source and either proof or a domain', when: and(source, or(proof, domain)) },
  { what: 'neither a domain nor the trigger source', when: not(or(domain, source)) },
]

const byCircumstance: readonly { readonly what: string; readonly when?: Condition<PreSignUp> }[] = [
  { what: 'no condition' },
  { what: 'the trigger source', when: source },
  { what: 'another trigger source', when: not(source) },
  {
    what: 'the trigger source, the app client and an attribute',
    when: and(source, fromAppClient('1'), hasAttribute('custom:plan', 'trial')),
  },
  { what: 'proof or the trigger source', when: or(proof, source) },
  { what: 'neither proof nor the trigger source', when: not(or(proof, source)) },
]

const byProof: readonly { readonly what: string; readonly when: Condition<PreSignUp> }[] = [
  { what: 'proof', when: proof },
  { what: 'not proof', when: not(proof) },
  { what: 'proof and a domain', when: and(proof, domain) },
  { what: 'a domain and proof', when: and(domain, proof) },
  { what: 'either of two proofs', when: or(proof, not(proof)) },
  { what: 'proof and either a domain or the trigger source', when: and(proof, or(domain, source)) },
]

describe('options of autoConfirm', () => {
  it.each(byDomain)('throws for the condition "$what" without `trust`', ({ when }) => {
    expect(() => autoConfirm({ when })).toThrow("trust: 'unproven-address'")
    expect(() => autoConfirm({ when, verifyPhone: 'trust-unproven-number' })).toThrow("trust: 'unproven-address'")
  })

  it.each(byDomain)('accepts the condition "$what" if an option accepts the missing proof', ({ when }) => {
    expect(() => autoConfirm({ when, trust: 'unproven-address' })).not.toThrow()
    expect(() => autoConfirm({ when, verifyEmail: 'trust-unproven-address' })).not.toThrow()
  })

  it.each(byDomain)('does not accept the condition "$what" for verification, even with `trust`', ({ when }) => {
    expect(() => autoConfirm({ when, trust: 'unproven-address', verifyEmail: true })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => autoConfirm({ when, trust: 'unproven-address', verifyPhone: true })).toThrow("verifyPhone: 'trust-unproven-number'")
  })

  it.each(byCircumstance)('accepts the condition "$what" for confirmation, but not for verification', ({ when }) => {
    const given = when === undefined ? {} : { when }
    expect(() => autoConfirm(given)).not.toThrow()
    expect(() => autoConfirm({ ...given, verifyEmail: true })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => autoConfirm({ ...given, verifyPhone: true })).toThrow("verifyPhone: 'trust-unproven-number'")
    expect(() => autoConfirm({ ...given, verifyEmail: 'trust-unproven-address', verifyPhone: 'trust-unproven-number' })).not.toThrow()
  })

  it.each(byProof)('accepts the condition "$what" for confirmation and for verification', ({ when }) => {
    expect(() => autoConfirm({ when, verifyEmail: true, verifyPhone: true })).not.toThrow()
  })

  it('throws for any other value of the options that accept missing proof', () => {
    // Calls autoConfirm as plain JavaScript can, without type checks.
    const loosely = (options: Record<string, unknown>): unknown => Reflect.apply(autoConfirm, undefined, [options])
    expect(() => loosely({ when: domain, trust: true })).toThrow("trust: 'unproven-address'")
    expect(() => loosely({ verifyEmail: 'yes' })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => loosely({ verifyEmail: 'trust-unproven-number' })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => loosely({ verifyPhone: 'trust-unproven-address' })).toThrow("verifyPhone: 'trust-unproven-number'")
  })

  it('lists in `verifies` the attributes that the rule marks as verified', () => {
    expect(autoConfirm().verifies).toEqual([])
    expect(autoConfirm({ when: proof, verifyEmail: true, verifyPhone: 'trust-unproven-number' }).verifies).toEqual([
      'email',
      'phone_number',
    ])
  })
})
