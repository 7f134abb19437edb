import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type SendWelcomeEmailOptions, sendWelcomeEmail } from '../../src/post-confirmation/send-welcome-email.ts'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import { mailTemplateByLocale } from '../../src/post-confirmation/template-by-locale.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { sesClient } from '../../src/shared/aws/ses.ts'
import type { AttributeMap } from '../../src/shared/cognito/event.ts'
import { dynamoLedger } from '../../src/shared/ledger/dynamo-ledger.ts'
import type { Mail, Mailer } from '../../src/shared/mail/mailer.ts'
import { sesMailer } from '../../src/shared/mail/ses-mailer.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { type Delivery, once } from '../../src/shared/rules/once.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'
import { type FaultySes, startFaultySes } from '../support/faulty-ses.ts'
import { hostileAddresses } from '../support/hostile-addresses.ts'
import { spamNames } from '../support/spam-names.ts'

const template = mailTemplate(
  {
    subject: 'Welcome{{#name}} {{name}}{{/name}} to {{appName}}',
    text: 'Hello{{#name}} {{name}}{{/name}}, this is {{appName}}',
    html: '<p>Hello{{#name}} {{name}}{{/name}}, this is {{appName}}</p>',
  },
  { appName: 'Ann & Bob' },
)
const german = { subject: 'Willkommen{{#name}} {{name}}{{/name}}', text: 'Hallo', html: '<p>Hallo</p>' }
const sending: Mailer = { send: async () => undefined }
const verified: AttributeMap = { sub: ann.sub, email: ann.email, email_verified: 'true' }
const MINUTE_MS = 60_000
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS

async function mailsFor(event: PostConfirmation['event'], options: SendWelcomeEmailOptions = {}, error?: Error, texts = template) {
  const mails: Mail[] = []
  const mailer = {
    async send(mail: Mail) {
      mails.push(mail)
      if (error !== undefined) throw error
    },
  }
  const decision = await postConfirmation(sendWelcomeEmail(mailer, texts, options)).decide(event)
  expect(decision.kind).toBe('proceed')
  return { mails, entry: decision.trace[0] }
}

describe('sendWelcomeEmail', () => {
  it('sends an email to a user whose sign-up was confirmed', async () => {
    const { mails, entry } = await mailsFor(postConfirmationEvent({ ...verified, given_name: 'Ann' }))
    expect(entry).toMatchObject({ rule: 'send-welcome-email', outcome: 'done' })
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        subject: 'Welcome Ann to Ann & Bob',
        text: 'Hello Ann, this is Ann & Bob',
        html: '<p>Hello Ann, this is Ann &amp; Bob</p>',
      },
    ])
  })

  it('sends an email to a federated user', async () => {
    const event = postConfirmationEvent({ ...verified, 'cognito:user_status': 'EXTERNAL_PROVIDER' })
    expect((await mailsFor(event)).mails).toHaveLength(1)
  })

  it('converts the domain to ASCII, which SES requires', async () => {
    const { mails } = await mailsFor(postConfirmationEvent({ ...verified, email: 'Zoe@MÜNCHEN.de' }))
    expect(mails).toMatchObject([{ to: 'Zoe@xn--mnchen-3ya.de' }])
  })

  it.each([
    { what: 'of a password reset', event: passwordResetEvent(verified), reason: 'not-a-sign-up' },
    {
      what: 'of an unknown trigger source',
      event: postConfirmationEvent(verified, { triggerSource: 'PostConfirmation_Telepathy' }),
      reason: 'not-a-sign-up',
    },
    { what: 'without an address', event: postConfirmationEvent({ sub: ann.sub, email_verified: 'true' }), reason: 'no-email' },
    { what: 'with an empty address', event: postConfirmationEvent({ ...verified, email: '' }), reason: 'no-email' },
    {
      what: 'with an unverified address',
      event: postConfirmationEvent({ ...verified, email_verified: 'false' }),
      reason: 'email-not-verified',
    },
    {
      what: 'without email_verified',
      event: postConfirmationEvent({ sub: ann.sub, email: ann.email }),
      reason: 'email-not-verified',
    },
    { what: 'with email_verified: 1', event: postConfirmationEvent({ ...verified, email_verified: '1' }), reason: 'email-not-verified' },
    {
      what: 'with an unverified address of a federated user',
      event: postConfirmationEvent({ ...verified, email_verified: 'false', 'cognito:user_status': 'EXTERNAL_PROVIDER' }),
      reason: 'federated-email-not-verified',
    },
    { what: 'with an invalid address', event: postConfirmationEvent({ ...verified, email: 'ann' }), reason: 'email-malformed' },
    {
      what: 'with a header injected into its address',
      event: postConfirmationEvent({ ...verified, email: 'ann@example.com\r\nBcc: eve@evil.com' }),
      reason: 'email-malformed',
    },
  ])('sends no email for an event $what', async ({ event, reason }) => {
    const { mails, entry } = await mailsFor(event)
    expect(mails).toEqual([])
    expect(entry).toMatchObject({ outcome: 'skip', reason })
  })

  it('sends to an unverified address only with `unverified: send`', async () => {
    const event = postConfirmationEvent({ ...verified, email_verified: 'false' })
    expect((await mailsFor(event, { unverified: 'skip' })).mails).toEqual([])
    expect((await mailsFor(event, { unverified: 'send' })).mails).toHaveLength(1)
    expect((await mailsFor(postConfirmationEvent({ ...verified, email: 'ann' }), { unverified: 'send' })).mails).toEqual([])
  })

  it.each(hostileAddresses)('never sends to several addresses or to a non-ASCII address: $trick', async ({ address }) => {
    const { mails } = await mailsFor(postConfirmationEvent({ ...verified, email: address }))
    for (const { to } of mails) expect(to).toMatch(/^[!-?A-~]+@[a-z0-9.-]+$/)
  })

  it.each(spamNames)('leaves out a name with $what', async ({ name }) => {
    const { mails } = await mailsFor(postConfirmationEvent({ ...verified, given_name: name, name }))
    expect(mails).toMatchObject([
      { subject: 'Welcome to Ann & Bob', text: 'Hello, this is Ann & Bob', html: '<p>Hello, this is Ann &amp; Bob</p>' },
    ])
  })

  it('records the error name of SES in the trace if SES rejects the email', async () => {
    const error = new NotDoneError(Object.assign(new Error('ann@example.com is suppressed'), { name: 'MessageRejected' }))
    const { entry } = await mailsFor(postConfirmationEvent(verified), {}, error)
    expect(entry).toMatchObject({ outcome: 'error', reason: 'MessageRejected', error })
  })

  it('renders a template that chooses by an attribute of the user', async () => {
    const byLocale = mailTemplateByLocale({ en: template, de: mailTemplate(german, {}) }, { fallback: 'en' })
    const event = postConfirmationEvent({ ...verified, locale: 'de-AT', given_name: 'Ann' })
    expect((await mailsFor(event, {}, undefined, byLocale)).mails).toMatchObject([{ subject: 'Willkommen Ann' }])
    expect(sendWelcomeEmail(sending, byLocale).reads).toContain('locale')
  })

  it('passes only the fields of an email to the mailer, even if an own template returns more', async () => {
    const own = { render: () => ({ subject: 'a', text: 'b', html: 'c', to: 'eve@evil.com' }) }
    expect((await mailsFor(postConfirmationEvent(verified), {}, undefined, own)).mails).toEqual([
      { to: 'ann@example.com', subject: 'a', text: 'b', html: 'c' },
    ])
  })

  it.each([
    { args: [{}, template], message: 'the mailer is an object; expected an object with a method send' },
    { args: [sending, german], message: 'the template is an object; expected an object with a method render' },
    { args: [sending, undefined], message: 'the template is undefined' },
    { args: [sending, template, { locale: 'de' }], message: "unknown option 'locale'" },
    {
      args: [sending, template, { unverified: true }],
      message: "unverified is a boolean; expected 'skip' or 'send'",
    },
  ])('throws a TypeError when it is made: $message', ({ args, message }) => {
    expect(() => Reflect.apply(sendWelcomeEmail, undefined, args)).toThrow(TypeError)
    expect(() => Reflect.apply(sendWelcomeEmail, undefined, args)).toThrow(message)
  })

  it('declares the IAM permissions of its mailer', () => {
    const mailer = { send: async () => undefined }
    const permissions = [{ actions: ['x:Y'], resource: 'Z' }]
    expect(sendWelcomeEmail({ ...mailer, permissions }, template)).toMatchObject({ can: ['done'], permissions })
    expect(sendWelcomeEmail(mailer, template)).not.toHaveProperty('permissions')
  })
})

describe('sendWelcomeEmail.reads', () => {
  it('lists all attributes that the rule reads', async () => {
    const attributes: AttributeMap = { ...verified, given_name: 'Ann', name: 'Ann Example', phone_number: '+15555550100' }
    const { reads } = sendWelcomeEmail({ send: async () => undefined }, template)
    const declared = Object.fromEntries(Object.entries(attributes).filter(([name]) => reads.includes(name)))
    const { mails } = await mailsFor(postConfirmationEvent(declared))
    expect(mails).toEqual((await mailsFor(postConfirmationEvent(attributes))).mails)
    expect(mails).toHaveLength(1)
  })
})

onEveryDynamoDb((engine) => {
  let ses: FaultySes
  let pools = 0
  const clients: (() => void)[] = []

  beforeAll(async () => {
    ses = await startFaultySes()
  })
  afterAll(() => ses.stop())
  afterEach(() => {
    for (const destroy of clients.splice(0)) destroy()
    ses.fault(undefined)
    ses.clear()
    vi.unstubAllEnvs()
  })

  const noon = Date.parse('2026-05-01T12:00:00.000Z')

  /** Returns a function that handles an event of a new pool at a given time, with a real table and mailer. */
  function pool(delivery: Delivery = 'at-most-once') {
    const userPoolId = `eu-west-1_Pool${++pools}`
    stubEnvironment(endpointEnvironment({ ses: ses.endpoint }))
    const client = sesClient()
    clients.push(() => client().destroy())
    let now = new Date(noon)
    const ledger = dynamoLedger({ documents: () => engine.documents(), table: engine.tables.effects, now: () => now })
    const mail = sendWelcomeEmail(sesMailer({ ses: client, from: 'welcome@example.com' }), template)
    const handler = postConfirmation(once(ledger, mail, { delivery }))
    return async (attributes: AttributeMap = verified, afterMs = 0) => {
      now = new Date(noon + afterMs)
      const { trace } = await handler.decide(postConfirmationEvent(attributes, { userPoolId }))
      return trace[0]?.reason ?? trace[0]?.outcome
    }
  }

  it('sends one email for a repeated event', async () => {
    const deliver = pool()
    expect(await deliver()).toBe('done')
    expect(await deliver()).toBe('effect-done')
    expect(await deliver(verified, YEAR_MS)).toBe('effect-done')
    expect(ses.inbox()).toMatchObject([{ from: 'welcome@example.com', to: ['ann@example.com'], subject: 'Welcome to Ann & Bob' }])
  })

  it('sends one email for concurrent events', async () => {
    const deliver = pool()
    const results = await Promise.all(Array.from({ length: 5 }, () => deliver()))
    expect(results.filter((each) => each === 'done')).toHaveLength(1)
    expect(results.filter((each) => each === 'effect-held' || each === 'effect-done')).toHaveLength(4)
    expect(ses.inbox()).toHaveLength(1)
  })

  it('sends an email to each of two users', async () => {
    const deliver = pool()
    await deliver()
    await deliver({ ...verified, sub: 'another', email: 'bob@example.com' })
    expect(ses.inbox().flatMap(({ to }) => to)).toEqual(['ann@example.com', 'bob@example.com'])
  })

  it('keeps no row in the ledger for a user who gets no email', async () => {
    const deliver = pool()
    expect(await deliver({ ...verified, email_verified: 'false' })).toBe('email-not-verified')
    expect(await deliver()).toBe('done')
  })

  it('retries an email that SES rejected, but only after a delay', async () => {
    const deliver = pool()
    ses.fault('throttling')
    expect(await deliver()).toBe('Throttling')
    ses.fault(undefined)
    expect(await deliver()).toBe('effect-held')
    expect(await deliver(verified, MINUTE_MS)).toBe('done')
    expect(ses.inbox()).toHaveLength(1)
  })

  const deliveries = [
    { fault: 'hang', arrived: 0 },
    { fault: 'status500', arrived: 0 },
    { fault: 'dropResponse', arrived: 1 },
  ] as const

  it.each(deliveries)(
    'sends at most one email and records the effect as unknown if SES may have sent the email: $fault',
    async ({ fault, arrived }) => {
      const deliver = pool()
      ses.fault(fault)
      expect(await deliver()).not.toBe('done')
      ses.fault(undefined)
      expect(await deliver()).toBe('effect-unknown')
      expect(await deliver(verified, YEAR_MS)).toBe('effect-unknown')
      expect(ses.inbox()).toHaveLength(arrived)
    },
  )

  it.each(deliveries)('sends at least one email after a fault of SES, with at-least-once delivery: $fault', async ({ fault, arrived }) => {
    const deliver = pool('at-least-once')
    ses.fault(fault)
    expect(await deliver()).not.toBe('done')
    ses.fault(undefined)
    expect(await deliver(verified, MINUTE_MS)).toBe('done')
    expect(ses.inbox()).toHaveLength(arrived + 1)
  })
})
