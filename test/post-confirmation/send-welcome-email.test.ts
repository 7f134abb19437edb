import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LocalSes } from '../../src/local/ses/local-ses.ts'
import { startSes } from '../../src/local/ses/server.ts'
import { dynamoMailClaims } from '../../src/post-confirmation/dynamo-mail-claims.ts'
import type { Delivery, Mail } from '../../src/post-confirmation/mailer.ts'
import { onceOnly } from '../../src/post-confirmation/once-only.ts'
import { postConfirmation } from '../../src/post-confirmation/post-confirmation.ts'
import { type SendWelcomeEmailOptions, sendWelcomeEmail } from '../../src/post-confirmation/send-welcome-email.ts'
import { sesMailer } from '../../src/post-confirmation/ses-mailer.ts'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import type { PostConfirmation } from '../../src/post-confirmation/trigger.ts'
import { sesClient } from '../../src/shared/aws/ses.ts'
import type { AttributeMap } from '../../src/shared/rules/trigger.ts'
import { hostileAddresses } from '../shared/email/hostile-addresses.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'
import { spamNames } from './spam-names.ts'

const template = mailTemplate(
  {
    subject: 'Welcome{{#name}} {{name}}{{/name}} to {{appName}}',
    text: 'Hello{{#name}} {{name}}{{/name}}, this is {{appName}}',
    html: '<p>Hello{{#name}} {{name}}{{/name}}, this is {{appName}}</p>',
  },
  { appName: 'Ann & Bob' },
)
const verified: AttributeMap = { sub: ann.sub, email: ann.email, email_verified: 'true' }

async function mailsFor(event: PostConfirmation['event'], options: SendWelcomeEmailOptions = {}, delivery: Delivery = { kind: 'sent' }) {
  const mails: Mail[] = []
  const mailer = {
    async send(mail: Mail) {
      mails.push(mail)
      return delivery
    },
  }
  const decision = await postConfirmation(sendWelcomeEmail(mailer, template, options)).decide(event)
  expect(decision.kind).toBe('proceed')
  return { mails, entry: decision.trace[0] }
}

describe('sendWelcomeEmail', () => {
  it('sends a mail to a user whose sign-up was confirmed', async () => {
    const { mails, entry } = await mailsFor(postConfirmationEvent({ ...verified, given_name: 'Ann' }))
    expect(entry).toMatchObject({ rule: 'send-welcome-email', outcome: 'done' })
    expect(mails).toEqual([
      {
        key: { userPoolId: ann.userPoolId, sub: ann.sub, occasion: 'welcome' },
        to: 'ann@example.com',
        subject: 'Welcome Ann to Ann & Bob',
        text: 'Hello Ann, this is Ann & Bob',
        html: '<p>Hello Ann, this is Ann &amp; Bob</p>',
      },
    ])
  })

  it('sends one to a federated user, whose status is another', async () => {
    const event = postConfirmationEvent({ ...verified, 'cognito:user_status': 'EXTERNAL_PROVIDER' })
    expect((await mailsFor(event)).mails).toHaveLength(1)
  })

  it('writes the domain in ASCII, which is all that SES takes', async () => {
    const { mails } = await mailsFor(postConfirmationEvent({ ...verified, email: 'Zoe@MÜNCHEN.de' }))
    expect(mails).toMatchObject([{ to: 'Zoe@xn--mnchen-3ya.de' }])
  })

  it.each([
    { what: 'after a password reset', event: passwordResetEvent(verified), reason: 'not-a-sign-up' },
    {
      what: 'from a trigger source that nobody has heard of',
      event: postConfirmationEvent(verified, { triggerSource: 'PostConfirmation_Telepathy' }),
      reason: 'not-a-sign-up',
    },
    { what: 'without a sub', event: postConfirmationEvent({ email: ann.email, email_verified: 'true' }), reason: 'no-sub' },
    { what: 'without a pool', event: postConfirmationEvent(verified, { userPoolId: '' }), reason: 'no-sub' },
    { what: 'without an address', event: postConfirmationEvent({ sub: ann.sub, email_verified: 'true' }), reason: 'no-email' },
    { what: 'with an empty address', event: postConfirmationEvent({ ...verified, email: '' }), reason: 'no-email' },
    {
      what: 'with an unverified address',
      event: postConfirmationEvent({ ...verified, email_verified: 'false' }),
      reason: 'email-not-verified',
    },
    {
      what: 'that says nothing of its address',
      event: postConfirmationEvent({ sub: ann.sub, email: ann.email }),
      reason: 'email-not-verified',
    },
    { what: 'with a number for a yes', event: postConfirmationEvent({ ...verified, email_verified: '1' }), reason: 'email-not-verified' },
    { what: 'with what is no address', event: postConfirmationEvent({ ...verified, email: 'ann' }), reason: 'email-malformed' },
    {
      what: 'with a header in its address',
      event: postConfirmationEvent({ ...verified, email: 'ann@example.com\r\nBcc: eve@evil.com' }),
      reason: 'email-malformed',
    },
  ])('sends none for an event $what', async ({ event, reason }) => {
    const { mails, entry } = await mailsFor(event)
    expect(mails).toEqual([])
    expect(entry).toMatchObject({ outcome: 'skip', reason })
  })

  it('writes to an unverified address only where that is spelt out', async () => {
    const event = postConfirmationEvent({ ...verified, email_verified: 'false' })
    expect((await mailsFor(event, { unverified: 'skip' })).mails).toEqual([])
    expect((await mailsFor(event, { unverified: 'send' })).mails).toHaveLength(1)
    expect((await mailsFor(postConfirmationEvent({ ...verified, email: 'ann' }), { unverified: 'send' })).mails).toEqual([])
  })

  it.each(hostileAddresses)('writes to one plain address at most: $trick', async ({ address }) => {
    const { mails } = await mailsFor(postConfirmationEvent({ ...verified, email: address }))
    for (const { to } of mails) expect(to).toMatch(/^[!-?A-~]+@[a-z0-9.-]+$/)
  })

  it.each(spamNames)('does without a name with $what', async ({ name }) => {
    const { mails } = await mailsFor(postConfirmationEvent({ ...verified, given_name: name, name }))
    expect(mails).toMatchObject([
      { subject: 'Welcome to Ann & Bob', text: 'Hello, this is Ann & Bob', html: '<p>Hello, this is Ann &amp; Bob</p>' },
    ])
  })

  it('tells a mail that had been sent before, and one that was refused', async () => {
    const event = postConfirmationEvent(verified)
    expect((await mailsFor(event, {}, { kind: 'already-sent' })).entry).toMatchObject({ outcome: 'skip', reason: 'already-sent' })
    const error = new Error('refused')
    expect((await mailsFor(event, {}, { kind: 'not-sent', error })).entry).toMatchObject({ outcome: 'broken', error })
  })

  it('hands on what its mailer needs of a deployment', () => {
    const mailer = { send: async () => ({ kind: 'sent' }) as const }
    const needs = [{ actions: ['x:Y'], on: 'Z' }]
    expect(sendWelcomeEmail({ ...mailer, needs }, template)).toMatchObject({ kind: 'effect', needs })
    expect(sendWelcomeEmail(mailer, template)).not.toHaveProperty('needs')
  })
})

onEveryDynamoDb((engine) => {
  let ses: LocalSes
  let pools = 0
  const clients: (() => void)[] = []

  beforeAll(async () => {
    ses = await startSes()
  })
  afterAll(() => ses.stop())
  afterEach(() => {
    for (const destroy of clients.splice(0)) destroy()
    ses.fault(undefined)
    ses.clear()
    vi.unstubAllEnvs()
  })

  /** Handles events of a pool of its own, through real services. */
  function pool() {
    const userPoolId = `eu-west-1_Pool${++pools}`
    stubEnvironment(endpointEnvironment({ ses: ses.endpoint }))
    const client = sesClient()
    clients.push(() => client().destroy())
    const claims = dynamoMailClaims({ documents: () => engine.documents(), table: engine.tables.profiles })
    const handler = postConfirmation(sendWelcomeEmail(onceOnly(sesMailer({ ses: client, from: 'welcome@example.com' }), claims), template))
    return async (attributes: AttributeMap = verified) => {
      const { trace } = await handler.decide(postConfirmationEvent(attributes, { userPoolId }))
      return trace[0]?.reason ?? trace[0]?.outcome
    }
  }

  it('sends one mail for a repeated event', async () => {
    const deliver = pool()
    expect(await deliver()).toBe('done')
    expect(await deliver()).toBe('already-sent')
    expect(ses.inbox()).toMatchObject([{ from: 'welcome@example.com', to: ['ann@example.com'], subject: 'Welcome to Ann & Bob' }])
  })

  it('sends one mail for events that come at once', async () => {
    const deliver = pool()
    const told = await Promise.all(Array.from({ length: 5 }, () => deliver()))
    expect(told.sort()).toEqual(['already-sent', 'already-sent', 'already-sent', 'already-sent', 'done'])
    expect(ses.inbox()).toHaveLength(1)
  })

  it('sends a mail to each of two users', async () => {
    const deliver = pool()
    await deliver()
    await deliver({ ...verified, sub: 'another', email: 'bob@example.com' })
    expect(ses.inbox().flatMap(({ to }) => to)).toEqual(['ann@example.com', 'bob@example.com'])
  })

  it('sends a mail that SES refused when a later event comes', async () => {
    const deliver = pool()
    ses.fault('throttling')
    expect(await deliver()).toBe('Throttling')
    ses.fault(undefined)
    expect(await deliver()).toBe('done')
    expect(ses.inbox()).toHaveLength(1)
  })

  it.each([
    { fault: 'hang', arrived: 0 },
    { fault: 'status500', arrived: 0 },
    { fault: 'dropResponse', arrived: 1 },
  ] as const)('sends no second mail where nobody knows of the first: $fault', async ({ fault, arrived }) => {
    const deliver = pool()
    ses.fault(fault)
    expect(await deliver()).not.toBe('done')
    ses.fault(undefined)
    expect(await deliver()).toBe('already-sent')
    expect(ses.inbox()).toHaveLength(arrived)
  })
})
