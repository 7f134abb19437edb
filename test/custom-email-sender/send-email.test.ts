import { describe, expect, it } from 'vitest'
import { sendEmail } from '../../src/custom-email-sender/send-email.ts'
import { type CustomEmailSenderEvent, customEmailSender } from '../../src/custom-email-sender/trigger.ts'
import type { UserFinder } from '../../src/custom-email-sender/user-finder.ts'
import type { AttributeMap } from '../../src/shared/cognito/event.ts'
import { type SourceOf, TRIGGERS } from '../../src/shared/cognito/triggers.ts'
import type { Catalogue } from '../../src/shared/messages/catalogue.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { cognitoEvent } from '../../src/testing/cognito-event.ts'
import { fixedCode, memorySendClaims } from '../../src/testing/memory-codes.ts'
import { memoryMailer } from '../../src/testing/memory-mailer.ts'
import { customEmail } from '../../src/testing/moments.ts'
import { run } from '../../src/testing/run.ts'
import { catalogue } from '../support/catalogues.ts'

const finder = (attributes: AttributeMap | undefined): UserFinder => ({
  permissions: [{ actions: ['cognito-idp:AdminGetUser'], resource: 'user-pool' }],
  find: async () => attributes,
})
const mary = { email: 'mary@example.com', email_verified: 'true', sub: '1' }

function setUp(users: UserFinder | undefined = finder(mary)) {
  const [mailer, claims, code] = [memoryMailer(), memorySendClaims(), fixedCode('654321')]
  const rule = sendEmail(mailer, catalogue, { code, claims, users })
  return { mailer, claims, code, rule, handler: customEmailSender(rule) }
}

const sources = Object.keys(TRIGGERS.CustomEmailSender.sources).filter(
  (source): source is SourceOf<'CustomEmailSender'> => !source.endsWith('AccountTakeOverNotification'),
)
// Cognito sends null for values that it does not know.
const takeover = (): CustomEmailSenderEvent => ({
  ...customEmail(),
  triggerSource: 'CustomEmailSender_AccountTakeOverNotification',
  request: {
    code: null,
    userAttributes: JSON.parse(
      '{ "USER_NAME": "mary", "IP_ADDRESS": "192.0.2.1", "CITY": null, "ONE_CLICK_LINK_INVALID": "https://x.example/no" }',
    ),
  },
})

describe('sendEmail', () => {
  it.each(sources)('sends an email with the code for %s', async (source) => {
    const { mailer, handler } = setUp()

    const result = await run(handler, cognitoEvent(source, { email: 'ann@example.com' }))

    expect(result).toMatchObject({ outcome: 'proceed', trace: [{ rule: 'send-email', outcome: 'done' }] })
    expect(mailer.sent).toMatchObject([{ to: 'ann@example.com', text: expect.stringContaining('654321') }])
    expect(JSON.stringify(result)).not.toContain('654321')
  })

  it('sends the default text for an unknown trigger source', async () => {
    const { mailer, handler } = setUp()

    await run(handler, { ...customEmail({ email: 'ann@example.com' }), triggerSource: 'CustomEmailSender_Passkey' })

    expect(mailer.sent).toMatchObject([{ subject: 'Your code', text: 'your code is 654321' }])
  })

  it('writes in the language of the user and leaves out a name that could be spam', async () => {
    const { mailer, handler } = setUp()

    await run(handler, customEmail({ attributes: { locale: 'de-AT' }, name: '<b>evil.example</b>' }))

    expect(mailer.sent).toMatchObject([{ subject: 'Ihr Code', html: '<p>Ihr Code ist 654321</p>' }])
  })

  it('writes the email address as user name if the user name is the sub', async () => {
    const { mailer, handler } = setUp()
    const invitation = cognitoEvent('CustomEmailSender_AdminCreateUser', { userName: 'mary', email: 'ann@example.com' })

    await run(handler, invitation)
    await run(handler, {
      ...invitation,
      userName: invitation.request.userAttributes.sub ?? '',
      request: { ...invitation.request, code: 'other' },
    })

    expect(mailer.sent.map(({ text }) => text)).toEqual(['User mary password 654321', 'User ann@example.com password 654321'])
  })

  it('notifies the verified address of the user about an account takeover', async () => {
    const { mailer, handler } = setUp()

    await run(handler, takeover())

    expect(mailer.sent).toMatchObject([{ to: 'mary@example.com', text: 'From 192.0.2.1: https://x.example/no' }])
  })

  it.each([
    { title: 'an unverified address', users: finder({ ...mary, email_verified: 'false' }), reason: 'no-email' },
    { title: 'a deleted user', users: finder(undefined), reason: 'no-email' },
  ])('sends no notification to $title', async ({ users, reason }) => {
    const { mailer, handler } = setUp(users)

    expect(await run(handler, takeover())).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'skip', reason }] })
    expect(mailer.sent).toEqual([])
  })

  it('skips a notification without a user finder, and then needs no text for it', async () => {
    const [mailer, code] = [memoryMailer(), fixedCode()]
    const { AccountTakeOverNotification: _, ...en } = catalogue.locales.en ?? {}
    const handler = customEmailSender(sendEmail(mailer, { ...catalogue, locales: { en } }, { code }))

    expect(await run(handler, takeover())).toMatchObject({ trace: [{ outcome: 'skip', reason: 'no-user-finder' }] })
  })

  it.each([
    { title: 'no address', event: customEmail({ email: null }), reason: 'no-email' },
    { title: 'a malformed address', event: customEmail({ email: 'a@b@example.com' }), reason: 'email-malformed' },
    { title: 'no code', event: { ...customEmail(), request: { ...customEmail().request, code: null } }, reason: 'no-code' },
  ])('skips an event with $title', async ({ event, reason }) => {
    const { mailer, handler } = setUp()

    expect(await run(handler, event)).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'skip', reason }] })
    expect(mailer.sent).toEqual([])
  })

  it('sends once if Lambda repeats an event', async () => {
    const { mailer, handler } = setUp()
    const event = customEmail()

    await run(handler, event)
    const again = await run(handler, event)

    expect(again).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'skip', reason: 'already-sent' }] })
    expect(mailer.sent).toHaveLength(1)
  })

  it.each([
    { title: 'was not sent', error: new NotDoneError(new Error('Throttling')) },
    { title: 'may have been sent', error: new Error('socket hang up') },
  ])('fails if the email $title, so that the retry of Lambda sends it', async ({ error }) => {
    const { mailer, handler } = setUp()
    const event = customEmail()

    mailer.failOnce(error)
    const failed = await run(handler, event)
    await run(handler, event)

    expect(failed).toMatchObject({ outcome: 'failed', decidedBy: 'send-email' })
    expect(mailer.sent).toHaveLength(1)
  })

  it('succeeds if only the claim of a sent email cannot be kept', async () => {
    const { mailer, claims, handler } = setUp()

    claims.failWith(new Error('DynamoDB is down'), 'keep')

    expect(await run(handler, customEmail())).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'done' }] })
    expect(mailer.sent).toHaveLength(1)
  })

  it.each(['claim', 'release'] as const)('fails with the first error if DynamoDB cannot be reached for %s', async (call) => {
    const { mailer, claims, handler } = setUp()

    claims.failWith(new Error('DynamoDB is down'), call)
    mailer.failWith(new Error('SES is down'))

    const { error } = await run(handler, customEmail())
    expect(error).toMatchObject({ message: call === 'claim' ? 'DynamoDB is down' : 'SES is down' })
  })

  it('fails without sending if the code cannot be decrypted', async () => {
    const { mailer, code, handler } = setUp()

    code.failWith(new Error('AccessDenied'))

    expect(await run(handler, customEmail())).toMatchObject({ outcome: 'failed' })
    expect(mailer.sent).toEqual([])
  })

  it('declares the permissions of its parts, and none if the mailer declares none', () => {
    const sender = { ...memoryMailer(), permissions: [{ actions: ['ses:SendEmail'], resource: 'EMAIL_FROM' }] }
    const rule = sendEmail(sender, catalogue, { code: fixedCode(), users: finder(mary) })

    expect(rule.permissions?.flatMap(({ actions }) => actions)).toEqual(['ses:SendEmail', 'cognito-idp:AdminGetUser'])
    expect(setUp().rule.permissions).toBeUndefined()
  })

  it.each<[string, unknown[], string]>([
    [
      'a mailer without send',
      [{}, catalogue, { code: fixedCode() }],
      'sendEmail(): the mailer is an object; expected an object with a method send',
    ],
    ['no code reader', [memoryMailer(), catalogue, {}], 'sendEmail(): code is undefined; expected an object with a method read'],
    ['an unknown option', [memoryMailer(), catalogue, { code: fixedCode(), claim: 1 }], "sendEmail(): unknown option 'claim'"],
  ])('throws a TypeError when it is made with %s', (_, args, message) => {
    expect(() => Reflect.apply(sendEmail, undefined, args)).toThrow(message)
  })

  it.each(['AdminCreateUser', 'AccountTakeOverNotification'])('throws a TypeError if the fallback language has no email for %s', (name) => {
    const en = Object.fromEntries(Object.entries(catalogue.locales.en ?? {}).filter(([key]) => key !== name))
    const incomplete: Catalogue = { ...catalogue, locales: { en } }

    expect(() => sendEmail(memoryMailer(), incomplete, { code: fixedCode(), users: finder(mary) })).toThrow(
      `sendEmail(): the fallback language has no email for ${name}, and Cognito sends no message of its own`,
    )
  })
})
