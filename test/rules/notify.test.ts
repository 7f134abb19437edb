import { describe, expect, it } from 'vitest'
import { type PostAuthentication, postAuthentication } from '../../src/post-auth/trigger.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { notify, type Webhook } from '../../src/rules/notify.ts'
import { when } from '../../src/shared/rules/combinators.ts'
import { triggeredBy } from '../../src/shared/rules/condition.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { once } from '../../src/shared/rules/once.ts'
import { memoryLedger } from '../../src/testing/memory-ledger.ts'
import { ann, passwordResetEvent, postAuthenticationEvent, postConfirmationEvent } from '../support/events.ts'

/** A webhook that collects the texts. */
function createWebhook(send: Webhook['send'] = async () => undefined): Webhook & { readonly texts: string[] } {
  const texts: string[] = []
  return {
    texts,
    async send(text, signal) {
      await send(text, signal)
      texts.push(text)
    },
  }
}
const welcome = (webhook: Webhook) =>
  notify<PostConfirmation>(webhook, { message: ({ user }) => `New user ${user.email}`, reads: ['email'] })

describe('notify', () => {
  it('sends the text of the function, at each trigger that has effects', async () => {
    const webhook = createWebhook()
    const signIn = notify<PostAuthentication>(webhook, { message: ({ user }) => `Sign-in of ${user.sub}`, reads: [] })

    const decision = await postConfirmation(welcome(webhook)).decide(postConfirmationEvent())
    await postAuthentication(signIn).decide(postAuthenticationEvent())

    expect(decision.trace).toMatchObject([{ rule: 'notify', outcome: 'done' }])
    expect(webhook.texts).toEqual(['New user ann@example.com', `Sign-in of ${ann.sub}`])
  })

  it('sends nothing if the function returns undefined', async () => {
    const webhook = createWebhook()
    const rule = notify<PostConfirmation>(webhook, { message: () => undefined, reads: [] })
    const { trace } = await postConfirmation(rule).decide(postConfirmationEvent())
    expect(trace).toMatchObject([{ outcome: 'skip', reason: 'no-message' }])
    expect(webhook.texts).toEqual([])
  })

  it('sends once inside once, although Cognito repeats the event, and not for a password reset', async () => {
    const webhook = createWebhook()
    const effect = once(memoryLedger(), welcome(webhook), { delivery: 'at-most-once' })
    const handler = postConfirmation(when(triggeredBy('PostConfirmation_ConfirmSignUp'), effect))

    for (const event of [passwordResetEvent(), postConfirmationEvent(), postConfirmationEvent()]) await handler.decide(event)

    expect(webhook.texts).toEqual(['New user ann@example.com'])
  })

  it.each([
    ['was certainly not sent', new NotDoneError(new Error('429')), 'at-most-once', 'pending'],
    ['may have been sent', new Error('cut off'), 'at-most-once', 'unknown'],
    ['may have been sent', new Error('cut off'), 'at-least-once', 'pending'],
  ] as const)('lets the ledger decide about a text that %s: %s, %s', async (_, error, delivery, state) => {
    const ledger = memoryLedger()
    const webhook = createWebhook(() => Promise.reject(error))
    const decision = await postConfirmation(once(ledger, welcome(webhook), { delivery })).decide(postConfirmationEvent())
    expect(decision.kind).toBe('proceed')
    expect(ledger.rows).toMatchObject([{ effect: 'notify', state }])
  })

  it('refuses no user while the webhook hangs', async () => {
    const webhook = createWebhook(() => new Promise(() => undefined))
    const decision = await postConfirmation({ deadlineMs: 50 }, welcome(webhook)).decide(postConfirmationEvent())
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ rule: 'notify', outcome: 'error', reason: 'deadline-exceeded' }] })
  })

  it.each([
    ['""', 'an empty text'],
    ['" "', 'an empty text'],
    ['null', 'null'],
    ['{"text":"a"}', 'an object'],
  ])('fails if the function returns %s', async (json, found) => {
    const webhook = createWebhook()
    const rule = notify<PostConfirmation>(webhook, { message: () => JSON.parse(json), reads: [] })
    const { trace } = await postConfirmation(rule).decide(postConfirmationEvent())
    expect(trace).toMatchObject([
      { outcome: 'error', error: { name: 'NotDoneError', cause: { message: `notify(): message returned ${found}; expected a text` } } },
    ])
    expect(webhook.texts).toEqual([])
  })

  it('lets the ledger try again after the function threw, because nothing was sent', async () => {
    const ledger = memoryLedger()
    const message = (): never => {
      throw new TypeError('a bug')
    }
    const rule = notify<PostConfirmation>(createWebhook(), { message, reads: [] })
    await postConfirmation({ write: () => undefined }, once(ledger, rule, { delivery: 'at-most-once' })).decide(postConfirmationEvent())
    expect(ledger.rows).toMatchObject([{ state: 'pending', reason: 'TypeError' }])
  })

  it('declares what it reads, and the permissions of its webhook', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'Z' }]
    expect(welcome({ ...createWebhook(), permissions })).toMatchObject({ name: 'notify', can: ['done'], reads: ['email'], permissions })
    expect(welcome(createWebhook())).not.toHaveProperty('permissions')
  })

  const options = { message: () => 'a', reads: [] }
  it.each<readonly [string, readonly unknown[], string]>([
    ['no webhook', [undefined, options], 'the webhook is undefined; expected an object with a method send'],
    ['no options', [createWebhook()], 'the options are undefined'],
    ['a text as message', [createWebhook(), { ...options, message: 'a' }], 'message is a string; expected a function'],
    ['no reads', [createWebhook(), { message: () => 'a' }], 'reads must be a list of attribute names'],
    ['a misspelt option', [createWebhook(), { ...options, text: 'a' }], "unknown option 'text'"],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(notify, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
