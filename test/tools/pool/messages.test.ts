import { afterAll, describe, expect, it } from 'vitest'
import { createInbox, type InboxMessage } from '../../../src/tools/pool/inbox.ts'
import { createCode, maskContact } from '../../../src/tools/pool/messages.ts'
import {
  EMAIL,
  type Fields,
  PASSWORD,
  PHONE,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
} from '../../support/pool-sequences.ts'

afterAll(stopTestPools)

const list = (given: Readonly<Record<string, string>>): readonly object[] => Object.entries(given).map(([Name, Value]) => ({ Name, Value }))

/** Signs `ada` up, and returns the message. */
async function signUp(
  options: TestPoolOptions,
  attributes: Readonly<Record<string, string>> = { email: EMAIL },
): Promise<InboxMessage | undefined> {
  const pool = await startTestPool(options)
  await pool.api('SignUp', { ClientId: pool.clientId, Username: 'ada', Password: PASSWORD, UserAttributes: list(attributes) })
  return pool.pools.world.inbox.messages().at(-1)
}

async function invite(options: TestPoolOptions, more: Fields = {}): Promise<InboxMessage | undefined> {
  const pool = await startTestPool(options)
  await pool.api('AdminCreateUser', {
    UserPoolId: pool.userPoolId,
    Username: 'a<b',
    TemporaryPassword: 'Temp<Passw0rd',
    UserAttributes: list({ email: EMAIL }),
    DesiredDeliveryMediums: ['EMAIL'],
    ...more,
  })
  return pool.pools.world.inbox.messages().at(-1)
}

const custom = (response: Fields): TestPoolOptions => ({ functions: { CustomMessage: () => response } })

describe('the text of a message', () => {
  it('is the default of Cognito without a template', async () => {
    const message = await signUp({})

    expect(message).toMatchObject({
      channel: 'email',
      to: EMAIL,
      subject: 'Your verification code',
      html: `Your confirmation code is ${message?.code}.`,
      text: null,
    })
  })

  it('comes from the template of the pool, or its older setting', async () => {
    const templates = await signUp({
      settings: { VerificationMessageTemplate: { EmailSubject: 'Welcome', EmailMessage: 'Code: {####}' } },
    })
    const older = await signUp({ settings: { EmailVerificationSubject: 'Old', EmailVerificationMessage: 'Old: {####}' } })
    const sms = await signUp(
      { settings: { AutoVerifiedAttributes: ['phone_number'], SmsVerificationMessage: 'SMS: {####}' } },
      { phone_number: PHONE },
    )

    expect(templates).toMatchObject({ subject: 'Welcome', html: `Code: ${templates?.code}` })
    expect(older).toMatchObject({ subject: 'Old', html: `Old: ${older?.code}` })
    expect(sms).toMatchObject({ channel: 'sms', to: PHONE, subject: null, html: null, text: `SMS: ${sms?.code}` })
  })

  it('comes from the function before any template', async () => {
    const message = await signUp({
      ...custom({ emailSubject: 'Mine', emailMessage: 'Mine: {####} and {####}' }),
      settings: { EmailVerificationSubject: 'Old' },
    })

    expect(message).toMatchObject({ subject: 'Mine', html: `Mine: ${message?.code} and ${message?.code}` })
  })

  it.each([
    ['without the placeholder', { emailMessage: 'No code' }],
    ['above 20,000 characters', { emailMessage: `{####}${'x'.repeat(20_000)}` }],
    ['that is null', { emailMessage: null }],
  ])('is the default instead of one %s', async (_, response) => {
    const message = await signUp(custom(response))

    expect(message?.html).toBe(`Your confirmation code is ${message?.code}.`)
  })

  it('of an invitation has the name and the password, escaped in HTML', async () => {
    const message = await invite({})

    expect(message).toMatchObject({
      subject: 'Your temporary password',
      html: 'Your username is a&lt;b and temporary password is Temp&lt;Passw0rd.',
      code: 'Temp<Passw0rd',
    })
  })

  it('of an invitation by a function needs both placeholders', async () => {
    const both = await invite(custom({ emailMessage: '{username} {####}' }))
    const one = await invite(custom({ emailMessage: '{####}' }))

    expect(both?.html).toBe('a&lt;b Temp&lt;Passw0rd')
    expect(one?.html).toContain('Your username is')
  })

  it('is not read as a pattern of the replacement', async () => {
    const message = await invite({}, { TemporaryPassword: "Temp$&$'Passw0rd1" })

    expect(message?.code).toBe("Temp$&$'Passw0rd1")
    expect(message?.html).toContain('$&amp;$&apos;')
  })
})

describe('a sign-up', () => {
  it('sends the code to the phone number before the email address', async () => {
    const message = await signUp({ settings: { AutoVerifiedAttributes: ['email', 'phone_number'] } }, { email: EMAIL, phone_number: PHONE })

    expect(message?.to).toBe(PHONE)
  })

  it('sends nothing without a contact that the pool verifies', async () => {
    expect(await signUp({ settings: { AutoVerifiedAttributes: [] } })).toBeUndefined()
    expect(await signUp({}, { phone_number: PHONE })).toBeUndefined()
  })

  it('fails if the function refuses the message, and keeps the user', async () => {
    const pool: TestPool = await startTestPool({
      functions: {
        CustomMessage() {
          throw new Error('No template')
        },
      },
    })
    const { body } = await pool.api('SignUp', {
      ClientId: pool.clientId,
      Username: 'ada',
      Password: PASSWORD,
      UserAttributes: list({ email: EMAIL }),
    })

    expect(body.message).toBe('CustomMessage failed with error No template.')
    expect((await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: 'ada' })).body.UserStatus).toBe('UNCONFIRMED')
  })
})

describe('a contact', () => {
  it.each([
    ['ada@example.com', 'a***@e***'],
    ['a@b.c', 'a***@b***'],
    ['+12065550100', '+*******0100'],
    ['', '+'],
  ])('%j is shown as %s', (contact, expected) => {
    expect(maskContact(contact)).toBe(expected)
  })
})

describe('a code', () => {
  it('has six digits, and zeros at its start too', () => {
    const codes = Array.from({ length: 500 }, () => createCode(0).value)

    for (const code of codes) expect(code).toMatch(/^\d{6}$/)
    expect(codes.some((code) => code.startsWith('0'))).toBe(true)
  })
})

describe('the inbox', () => {
  const message = (at: number, more: Partial<InboxMessage> = {}): InboxMessage => ({
    at: new Date(at).toISOString(),
    channel: 'email',
    to: EMAIL,
    subject: null,
    text: null,
    html: null,
    ...more,
  })

  it('keeps the newest messages, and sorts those of other services among them', () => {
    const inbox = createInbox(() => [message(2)], 2)
    for (const at of [0, 1, 3]) inbox.add(message(at))

    expect(inbox.messages().map(({ at }) => Date.parse(at))).toEqual([1, 2, 3])
  })

  it('shows messages on a page that runs nothing, and as JSON', async () => {
    const pool = await startTestPool()
    const hostile = '<script>alert(1)</script>"'
    pool.pools.world.inbox.add(message(0, { subject: hostile, html: hostile, to: hostile, code: hostile }))
    pool.pools.world.inbox.add(message(1, { channel: 'sms', text: hostile }))
    const address = `${pool.pools.endpoint}/_lifeguard/inbox`

    const page = await fetch(address, { headers: { accept: 'text/html' } })
    const text = await page.text()
    const json: unknown = await (await fetch(address, { headers: { accept: 'application/json' } })).json()

    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(text).toContain('2 messages')
    expect(text).not.toContain('<script>')
    expect(json).toHaveLength(2)
  })
})
