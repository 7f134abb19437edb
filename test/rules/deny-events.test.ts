import { describe, expect, it } from 'vitest'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { allowEmailDomains } from '../../src/rules/allow-email-domains.ts'
import { denyEvents } from '../../src/rules/deny-events.ts'
import type { BusEvent, EventBus } from '../../src/rules/event-bus.ts'
import { anyOf, failOpen, shadow } from '../../src/shared/rules/combinators.ts'
import { allow, deny } from '../../src/shared/rules/outcome.ts'
import { ann, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'

/** A bus that collects the events. */
function createBus(publish: EventBus['publish'] = async () => undefined): EventBus & { readonly events: BusEvent[] } {
  const events: BusEvent[] = []
  return {
    events,
    async publish(event, signal) {
      await publish(event, signal)
      events.push(event)
    },
  }
}
const refused = preSignUpEvent({ email: 'eve@elsewhere.example' })
const domains = allowEmailDomains('example.com')
const publication = (more: object) => expect.objectContaining({ rule: 'publish-denial', shadow: true, ...more })

describe('denyEvents', () => {
  it('publishes a denial with its rule and reason, and no data of the user', async () => {
    const bus = createBus()

    const decision = await preSignUp(denyEvents(bus, domains)).decide(refused)

    expect(decision).toMatchObject({ kind: 'denied', rule: 'allow-email-domains', reason: 'domain-not-allowed' })
    expect(decision.trace).toContainEqual(publication({ outcome: 'skip', reason: 'denial-published' }))
    expect(bus.events).toEqual([
      {
        type: 'UserDenied',
        detail: {
          userPoolId: ann.userPoolId,
          trigger: 'PreSignUp',
          triggerSource: 'PreSignUp_SignUp',
          appClient: '1example23456789',
          rule: 'allow-email-domains',
          reason: 'domain-not-allowed',
        },
      },
    ])
  })

  it('publishes nothing for users who pass, and keeps an allow', async () => {
    const bus = createBus()
    const proof = preSignUp.rule('proof', () => allow())
    expect(await preSignUp(denyEvents(bus, domains)).decide(preSignUpEvent())).toMatchObject({ kind: 'proceed' })
    expect(await preSignUp(anyOf(denyEvents(bus, proof))).decide(refused)).toMatchObject({ kind: 'proceed', rule: 'proof' })
    expect(bus.events).toEqual([])
  })

  it('does not publish a denial that is not the decision: in a losing branch, in a shadow, or before another denial', async () => {
    const bus = createBus()
    const proof = preSignUp.rule('proof', () => allow())
    const later = preSignUp.rule('later', () => deny('too-late', 'Too late'))

    expect(await preSignUp(anyOf(denyEvents(bus, domains), proof)).decide(refused)).toMatchObject({ kind: 'proceed' })
    expect(await preSignUp(shadow(denyEvents(bus, domains))).decide(refused)).toMatchObject({ kind: 'proceed' })
    expect(await preSignUp(anyOf(denyEvents(bus, domains), proof), later).decide(refused)).toMatchObject({ rule: 'later' })
    expect(bus.events).toEqual([])

    expect(await preSignUp(anyOf(later, denyEvents(bus, domains))).decide(refused)).toMatchObject({ rule: 'allow-email-domains' })
    expect(bus.events).toHaveLength(1)
  })

  it('uses the type of its options, and works in each trigger that can refuse', async () => {
    const bus = createBus()
    const late = preAuthentication.rule('late', () => deny('too-late', 'Too late'))
    const event = preAuthenticationEvent(undefined, { callerContext: { awsSdkVersion: 'x', clientId: null } })
    await preAuthentication(denyEvents(bus, { type: 'SignInDenied' }, late)).decide(event)
    expect(bus.events).toMatchObject([
      { type: 'SignInDenied', detail: { trigger: 'PreAuthentication', appClient: null, reason: 'too-late' } },
    ])
  })

  it('hides a reason that a rule made from data of the user, and never a declared one', async () => {
    const bus = createBus()
    const careless = preSignUp.rule('careless', ({ user }) => deny(`denied-${user.email?.split('@')[0]}`, 'No'))
    const declared = preSignUp.rule('declared', () => deny('denied-mary', 'No'), { reasons: ['denied-mary'] })
    for (const rule of [careless, declared]) await preSignUp(denyEvents(bus, rule)).decide(preSignUpEvent({ email: 'mary@example.com' }))
    expect(bus.events.map(({ detail }) => detail.reason)).toEqual(['hidden', 'denied-mary'])
  })

  it.each<readonly [string, EventBus['publish'], string]>([
    ['fails', () => Promise.reject(new Error('down')), 'Error'],
    ['hangs', () => new Promise(() => undefined), 'deadline-exceeded'],
  ])('denies the user while the bus %s, after at most 500 ms', async (_, publish, reason) => {
    const startedAt = performance.now()
    const decision = await preSignUp(denyEvents(createBus(publish), domains)).decide(refused)
    expect(decision).toMatchObject({ kind: 'denied', reason: 'domain-not-allowed' })
    expect(decision.trace).toContainEqual(publication({ outcome: 'error', reason }))
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })

  it('passes the error of a rule on, and publishes nothing', async () => {
    const bus = createBus()
    const broken = preSignUp.rule('broken', () => {
      throw new Error('broken')
    })
    expect(await preSignUp(denyEvents(bus, broken)).decide(refused)).toMatchObject({ kind: 'failed', rule: 'broken' })
    expect(await preSignUp(failOpen(denyEvents(bus, broken))).decide(refused)).toMatchObject({ kind: 'proceed' })
    expect(bus.events).toEqual([])
  })

  it('declares the permissions of its bus, and shows its rules', () => {
    const permissions = [{ actions: ['events:PutEvents'], resource: 'EVENT_BUS_ARN' }]
    const rule = denyEvents({ ...createBus(), permissions }, domains)
    expect(rule).toMatchObject({
      name: 'deny-events',
      children: [{ children: [domains] }, { name: 'publish-denial', can: [], permissions }],
    })
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no bus', [undefined, domains], 'the bus is undefined; expected an object with a method publish'],
    ['no rule', [createBus()], 'denyEvents() needs at least one rule'],
    ['only options', [createBus(), { type: 'A' }], 'denyEvents() needs at least one rule'],
    ['an array of rules', [createBus(), [domains]], 'the options are an array'],
    ['a text among the rules', [createBus(), domains, 'a'], 'argument 3 is a string; expected a rule'],
    ['an invalid type', [createBus(), { type: '' }, domains], 'type is ""; expected 1 to 128 letters'],
    ['a misspelt option', [createBus(), { typ: 'A' }, domains], "unknown option 'typ'"],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(denyEvents, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
