import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sesV2Mailer } from '../../src/ses-v2/ses-v2-mailer.ts'
import { sesV2Client } from '../../src/shared/aws/ses-v2.ts'
import type { Mailer } from '../../src/shared/mail/mailer.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { testLostAnswers } from '../support/contracts/sending.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { type FaultySes, startFaultySes } from '../support/faulty-ses.ts'

const { signal } = new AbortController()
const mail = { to: 'ann@example.com', subject: 'Willkommen, Zoë – 李', text: 'Grüße\r\n.\r\nfrom us', html: '<p>Grüße</p>' }

let ses: FaultySes
let mailer: Mailer
let destroy: () => void

beforeEach(async () => {
  ses = await startFaultySes()
  stubEnvironment(endpointEnvironment({ ses: ses.endpoint }))
  const client = sesV2Client()
  mailer = sesV2Mailer({ ses: client, from: 'Zoë <welcome@example.com>', replyTo: 'help@example.com' })
  destroy = () => client().destroy()
})
afterEach(async () => {
  destroy()
  await ses.stop()
  vi.unstubAllEnvs()
})

describe('sesV2Mailer', () => {
  it('sends an email unchanged', async () => {
    await mailer.send(mail, signal)
    const { to, ...content } = mail
    const from = '=?UTF-8?B?Wm/Dqw==?= <welcome@example.com>'
    expect(ses.inbox()).toMatchObject([{ from, to: [to], cc: [], bcc: [], replyTo: ['help@example.com'], ...content }])
  })

  it('sends without a reply address', async () => {
    const client = sesV2Client({ region: 'eu-central-1' })
    await sesV2Mailer({ ses: client, from: 'welcome@example.com' }).send(mail, signal)
    expect(await client().config.region()).toBe('eu-central-1')
    expect(ses.inbox()).toMatchObject([{ from: 'welcome@example.com', replyTo: [] }])
    client().destroy()
  })

  it('declares the same IAM permission as sesMailer', () => {
    expect(mailer.permissions).toEqual([{ actions: ['ses:SendEmail'], resource: 'WELCOME_EMAIL_FROM' }])
  })

  it.each([
    { fault: 'throttling', reason: 'TooManyRequestsException' },
    { fault: 'sandbox', reason: 'MessageRejected' },
  ] as const)('throws NotDoneError if SES rejects the email: $fault', async ({ fault, reason }) => {
    ses.fault(fault)
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDoneError)
    expect(refusal).toMatchObject({ reason })
    expect(ses.inbox()).toEqual([])
  })

  testLostAnswers(() => ({ ses, mailer }), mail)

  it('throws NotDoneError if the connection is refused', async () => {
    await ses.stop()
    await expect(mailer.send(mail, signal)).rejects.toMatchObject({ code: 'not-done', reason: 'ECONNREFUSED' })
  })

  it('throws a TypeError when it is made with a wrong address', () => {
    expect(() => sesV2Mailer({ ses: sesV2Client(), from: 'welcome' })).toThrow(
      'sesV2Mailer({ from }): the address is "welcome"; expected one address',
    )
    const wrong = { ses: sesV2Client(), from: 'a@example.com', replyTo: 'help' }
    expect(() => sesV2Mailer(wrong)).toThrow('sesV2Mailer({ replyTo }): the address is "help"')
  })
})
