import { describe, expect, it } from 'vitest'
import { postAuthentication } from '../../src/post-auth/trigger.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import type { BusEvent, EventBus } from '../../src/rules/event-bus.ts'
import { publishEvent } from '../../src/rules/publish-event.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { once } from '../../src/shared/rules/once.ts'
import { memoryLedger } from '../../src/testing/memory-ledger.ts'
import { ann, postAuthenticationEvent, postConfirmationEvent } from '../support/events.ts'

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
const type = 'UserConfirmed'

describe('publishEvent', () => {
  it('publishes the user and the source of the event, and no attribute, at each trigger that has effects', async () => {
    const bus = createBus()

    const decision = await postConfirmation(publishEvent(bus, { type })).decide(postConfirmationEvent())
    await postAuthentication(publishEvent(bus, { type: 'SignedIn' })).decide(
      postAuthenticationEvent(undefined, { callerContext: { awsSdkVersion: 'x', clientId: null } }),
    )

    expect(decision.trace).toMatchObject([{ rule: 'publish-event', outcome: 'done' }])
    const { userPoolId, sub } = ann
    expect(bus.events).toEqual([
      {
        type,
        detail: {
          userPoolId,
          sub,
          trigger: 'PostConfirmation',
          triggerSource: 'PostConfirmation_ConfirmSignUp',
          appClient: '1example23456789',
        },
      },
      {
        type: 'SignedIn',
        detail: {
          userPoolId,
          sub,
          trigger: 'PostAuthentication',
          triggerSource: 'PostAuthentication_Authentication',
          appClient: null,
        },
      },
    ])
  })

  it('publishes only what the function returns, and nothing if it returns undefined', async () => {
    const bus = createBus()
    const rule = publishEvent<PostConfirmation>(bus, {
      type,
      detail: ({ user }) => (user.emailVerified ? { email: user.email } : undefined),
      reads: ['email', 'email_verified'],
    })
    await postConfirmation(rule).decide(postConfirmationEvent())
    const { trace } = await postConfirmation(rule).decide(postConfirmationEvent({ sub: ann.sub, email: ann.email }))
    expect(trace).toMatchObject([{ outcome: 'skip', reason: 'no-detail' }])
    expect(bus.events).toEqual([{ type, detail: { email: ann.email } }])
  })

  it('publishes once inside once, although Cognito repeats the event', async () => {
    const bus = createBus()
    const handler = postConfirmation(once(memoryLedger(), publishEvent(bus, { type }), { delivery: 'at-least-once' }))
    for (let time = 0; time < 2; time += 1) await handler.decide(postConfirmationEvent())
    expect(bus.events).toHaveLength(1)
  })

  it.each([
    [new NotDoneError(new Error('throttled')), 'at-most-once', 'pending'],
    [new Error('cut off'), 'at-most-once', 'unknown'],
    [new Error('cut off'), 'at-least-once', 'pending'],
  ] as const)('lets the ledger decide after %s with %s', async (error, delivery, state) => {
    const ledger = memoryLedger()
    const bus = createBus(() => Promise.reject(error))
    const decision = await postConfirmation(once(ledger, publishEvent(bus, { type }), { delivery })).decide(postConfirmationEvent())
    expect(decision.kind).toBe('proceed')
    expect(ledger.rows).toMatchObject([{ effect: 'publish-event', state }])
  })

  it('refuses no user while the bus hangs', async () => {
    const bus = createBus(() => new Promise(() => undefined))
    const decision = await postConfirmation({ deadlineMs: 50 }, publishEvent(bus, { type })).decide(postConfirmationEvent())
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ outcome: 'error', reason: 'deadline-exceeded' }] })
  })

  it.each([
    ['"a"', 'a string'],
    ['null', 'null'],
    ['[]', 'an array'],
  ])('fails if the function returns %s', async (json, found) => {
    const rule = publishEvent<PostConfirmation>(createBus(), { type, detail: () => JSON.parse(json), reads: [] })
    const { trace } = await postConfirmation(rule).decide(postConfirmationEvent())
    expect(trace).toMatchObject([
      {
        outcome: 'error',
        error: { name: 'NotDoneError', cause: { message: `publishEvent(): detail returned ${found}; expected an object` } },
      },
    ])
  })

  it('lets the ledger try again after the function threw, because nothing was published', async () => {
    const ledger = memoryLedger()
    const detail = (): never => {
      throw new TypeError('a bug')
    }
    const rule = publishEvent<PostConfirmation>(createBus(), { type, detail, reads: [] })
    await postConfirmation({ write: () => undefined }, once(ledger, rule, { delivery: 'at-most-once' })).decide(postConfirmationEvent())
    expect(ledger.rows).toMatchObject([{ state: 'pending', reason: 'TypeError' }])
  })

  it('declares what it reads, and the permissions of its bus', () => {
    const permissions = [{ actions: ['events:PutEvents'], resource: 'EVENT_BUS_ARN' }]
    expect(publishEvent({ ...createBus(), permissions }, { type })).toMatchObject({ can: ['done'], reads: [], permissions })
    expect(publishEvent(createBus(), { type })).not.toHaveProperty('permissions')
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no bus', [undefined, { type }], 'the bus is undefined; expected an object with a method publish'],
    ['no options', [createBus()], 'the options are undefined'],
    ['no type', [createBus(), {}], "type is undefined; expected 1 to 128 letters, digits, spaces, '.', ':', '/', '_' or '-'"],
    ['an invalid type', [createBus(), { type: 'a\nb' }], 'type is "a\\nb"; expected'],
    ['an object as detail', [createBus(), { type, detail: {}, reads: [] }], 'detail is an object; expected a function'],
    ['a function without reads', [createBus(), { type, detail: () => ({}) }], 'a function needs the option reads'],
    ['a misspelt option', [createBus(), { type, details: 1 }], "unknown option 'details'"],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(publishEvent, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
