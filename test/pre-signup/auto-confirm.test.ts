import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AutoConfirmOptions, autoConfirm } from '../../src/pre-signup/auto-confirm.ts'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { emailDomainIn } from '../../src/shared/email/email-domain-in.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import { and, type Condition, fromAppClient, hasAttribute, not, or, triggeredBy } from '../../src/shared/rules/condition.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const domain = emailDomainIn('example.com')
const circumstance = triggeredBy('PreSignUp_SignUp')
const proof: Condition<PreSignUp> = ({ user }) => user.userName === 'ann'
const both = { email: 'ann@example.com', phone_number: '+15550100' }

const respond = async (options: AutoConfirmOptions, event = preSignUpEvent(both)) => {
  const decision = await preSignUp(autoConfirm(options)).decide(event)
  return decision.kind === 'proceed' ? decision.response : decision
}

describe('autoConfirm', () => {
  it('confirms, and marks nothing as verified unless asked to', async () => {
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
  ] as const)('answers $response to $options', async ({ options, response }) => {
    expect(await respond(options)).toEqual(response)
  })

  it('leaves out what the user does not have: it would make the sign-up fail', async () => {
    const all = { when: proof, verifyEmail: true, verifyPhone: true }
    expect(await respond(all, preSignUpEvent({ email: 'ann@example.com' }))).toEqual({ autoConfirmUser: true, autoVerifyEmail: true })
    expect(await respond(all, preSignUpEvent({ phone_number: '+15550100' }))).toEqual({ autoConfirmUser: true, autoVerifyPhone: true })
    expect(await respond(all, preSignUpEvent({ email: '', phone_number: '' }))).toEqual({ autoConfirmUser: true })
  })

  it('leaves users alone for whom its condition does not hold', async () => {
    expect(await respond({ when: not(proof) })).toEqual({})
  })

  it('leaves users alone whom an administrator creates, without asking its condition', async () => {
    const never = () => {
      throw new Error('asked')
    }
    expect(await respond({ when: never }, adminCreatedEvent())).toEqual({})
  })

  it('confirms federated users, and those of a source that nobody has heard of', async () => {
    expect(await respond({}, federatedEvent())).toEqual({ autoConfirmUser: true })
    expect(await respond({}, preSignUpEvent(both, { triggerSource: 'PreSignUp_Telepathy' }))).toEqual({ autoConfirmUser: true })
  })

  it('refuses the sign-up where its condition breaks', async () => {
    const broken = () => Promise.reject(new Error('no answer'))
    expect(await respond({ when: broken })).toMatchObject({ kind: 'failed', rule: 'auto-confirm' })
  })

  it('never allows', async () => {
    const decision = await preSignUp(anyOf(autoConfirm())).decide(preSignUpEvent())
    expect(decision).toMatchObject({ kind: 'denied', reason: 'no-rule-allowed' })
    expect(autoConfirm().can).toEqual(['answer'])
  })

  it('says in the trace what it did', async () => {
    const runForReason = async (options: AutoConfirmOptions, event = preSignUpEvent()) =>
      (await preSignUp(autoConfirm(options)).decide(event)).trace[0]?.reason
    expect(await runForReason({})).toBe('confirmed')
    expect(await runForReason({ when: not(proof) })).toBe('condition-false')
    expect(await runForReason({}, adminCreatedEvent())).toBe('ignored-for-administrators')
  })

  it('never asks for the verification of what is not there, whatever the event and the options', async () => {
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
  { what: 'a domain and circumstances', when: and(domain, circumstance) },
  { what: 'circumstances and a domain', when: and(fromAppClient('1'), hasAttribute('name'), domain) },
  { what: 'one domain or another', when: or(domain, emailDomainIn('example.org')) },
  { what: 'a domain or a circumstance', when: or(domain, circumstance) },
  { what: 'proof or a domain', when: or(proof, domain) },
  { what: 'a domain or proof', when: or(domain, proof) },
  { what: 'a circumstance and either proof or a domain', when: and(circumstance, or(proof, domain)) },
  { what: 'neither a domain nor a circumstance', when: not(or(domain, circumstance)) },
]

const byCircumstance: readonly { readonly what: string; readonly when?: Condition<PreSignUp> }[] = [
  { what: 'nothing' },
  { what: 'a circumstance', when: circumstance },
  { what: 'not a circumstance', when: not(circumstance) },
  { what: 'circumstances', when: and(circumstance, fromAppClient('1'), hasAttribute('custom:plan', 'trial')) },
  { what: 'proof or a circumstance', when: or(proof, circumstance) },
  { what: 'not proof or a circumstance', when: not(or(proof, circumstance)) },
]

const byProof: readonly { readonly what: string; readonly when: Condition<PreSignUp> }[] = [
  { what: 'proof', when: proof },
  { what: 'no proof', when: not(proof) },
  { what: 'proof and a domain', when: and(proof, domain) },
  { what: 'a domain and proof', when: and(domain, proof) },
  { what: 'either of two proofs', when: or(proof, not(proof)) },
  { what: 'proof and either a domain or a circumstance', when: and(proof, or(domain, circumstance)) },
]

describe('when it is composed, autoConfirm', () => {
  it.each(byDomain)('refuses to confirm by $what', ({ when }) => {
    expect(() => autoConfirm({ when })).toThrow("trust: 'unproven-address'")
    expect(() => autoConfirm({ when, verifyPhone: 'trust-unproven-number' })).toThrow("trust: 'unproven-address'")
  })

  it.each(byDomain)('confirms by $what where that is spelt out', ({ when }) => {
    expect(() => autoConfirm({ when, trust: 'unproven-address' })).not.toThrow()
    expect(() => autoConfirm({ when, verifyEmail: 'trust-unproven-address' })).not.toThrow()
  })

  it.each(byDomain)('refuses to verify by $what, trusted or not', ({ when }) => {
    expect(() => autoConfirm({ when, trust: 'unproven-address', verifyEmail: true })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => autoConfirm({ when, trust: 'unproven-address', verifyPhone: true })).toThrow("verifyPhone: 'trust-unproven-number'")
  })

  it.each(byCircumstance)('confirms by $what, and refuses to verify by it', ({ when }) => {
    const given = when === undefined ? {} : { when }
    expect(() => autoConfirm(given)).not.toThrow()
    expect(() => autoConfirm({ ...given, verifyEmail: true })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => autoConfirm({ ...given, verifyPhone: true })).toThrow("verifyPhone: 'trust-unproven-number'")
    expect(() => autoConfirm({ ...given, verifyEmail: 'trust-unproven-address', verifyPhone: 'trust-unproven-number' })).not.toThrow()
  })

  it.each(byProof)('confirms and verifies by $what', ({ when }) => {
    expect(() => autoConfirm({ when, verifyEmail: true, verifyPhone: true })).not.toThrow()
  })

  it('takes no other word for the ones that spell it out', () => {
    // As plain JavaScript may call it, where no type stands in the way.
    const loosely = (options: Record<string, unknown>): unknown => Reflect.apply(autoConfirm, undefined, [options])
    expect(() => loosely({ when: domain, trust: true })).toThrow("trust: 'unproven-address'")
    expect(() => loosely({ verifyEmail: 'yes' })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => loosely({ verifyEmail: 'trust-unproven-number' })).toThrow("verifyEmail: 'trust-unproven-address'")
    expect(() => loosely({ verifyPhone: 'trust-unproven-address' })).toThrow("verifyPhone: 'trust-unproven-number'")
  })
  it('shows in a composition what it marks as verified', () => {
    expect(autoConfirm().verifies).toEqual([])
    expect(autoConfirm({ when: proof, verifyEmail: true, verifyPhone: 'trust-unproven-number' }).verifies).toEqual([
      'email',
      'phone_number',
    ])
  })
})
