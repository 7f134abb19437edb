import { describe, expect, it } from 'vitest'
import { allowCountries } from '../../src/custom-sms-sender/allow-countries.ts'
import { sendSms } from '../../src/custom-sms-sender/send-sms.ts'
import { customSmsSender } from '../../src/custom-sms-sender/trigger.ts'
import { type SourceOf, TRIGGERS } from '../../src/shared/cognito/triggers.ts'
import { when } from '../../src/shared/rules/combinators.ts'
import { cognitoEvent } from '../../src/testing/cognito-event.ts'
import { fixedCode, memorySendClaims } from '../../src/testing/memory-codes.ts'
import { memoryTexter } from '../../src/testing/memory-texter.ts'
import { customSms } from '../../src/testing/moments.ts'
import { run } from '../../src/testing/run.ts'
import { catalogue } from '../support/catalogues.ts'

function setUp() {
  const texter = memoryTexter()
  const rule = sendSms(texter, catalogue, { code: fixedCode('654321'), claims: memorySendClaims() })
  return { texter, rule, handler: customSmsSender(rule) }
}
const sources = Object.keys(TRIGGERS.CustomSMSSender.sources).filter((source): source is SourceOf<'CustomSMSSender'> => source !== '')

describe('sendSms', () => {
  it.each(sources)('sends a text message with the code for %s', async (source) => {
    const { texter, handler } = setUp()

    const result = await run(handler, cognitoEvent(source, { phone: '+491701234567' }))

    expect(result).toMatchObject({ outcome: 'proceed', trace: [{ rule: 'send-sms', outcome: 'done' }] })
    expect(texter.sent).toMatchObject([{ to: '+491701234567', text: expect.stringContaining('654321') }])
    expect(JSON.stringify(result)).not.toContain('654321')
  })

  it('sends the default text for an unknown trigger source, in the language of the user', async () => {
    const { texter, handler } = setUp()

    await run(handler, { ...customSms({ attributes: { locale: 'de' } }), triggerSource: 'CustomSMSSender_Passkey' })

    expect(texter.sent).toMatchObject([{ text: 'Ihr Code ist 654321' }])
  })

  it.each([
    { title: 'no phone number', event: cognitoEvent('CustomSMSSender_SignUp', {}), reason: 'no-phone-number' },
    { title: 'a malformed phone number', event: customSms({ phone: '0170 1234567' }), reason: 'phone-number-malformed' },
    { title: 'no code', event: { ...customSms(), request: { ...customSms().request, code: null } }, reason: 'no-code' },
  ])('skips an event with $title', async ({ event, reason }) => {
    const { texter, handler } = setUp()

    expect(await run(handler, event)).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'skip', reason }] })
    expect(texter.sent).toEqual([])
  })

  it('sends once if Lambda repeats an event, and again after a failure', async () => {
    const { texter, handler } = setUp()
    const event = customSms()

    texter.failOnce(new Error('socket hang up'))
    expect(await run(handler, event)).toMatchObject({ outcome: 'failed', decidedBy: 'send-sms' })
    await run(handler, event)
    await run(handler, event)

    expect(texter.sent).toHaveLength(1)
  })

  it('throws a TypeError if the fallback language lacks a text', () => {
    const { AdminCreateUser: _, ...en } = catalogue.locales.en ?? {}

    expect(() => sendSms(memoryTexter(), { ...catalogue, locales: { en } }, { code: fixedCode() })).toThrow(
      'sendSms(): the fallback language has no sms for AdminCreateUser',
    )
  })
})

describe('allowCountries', () => {
  const isSent = async (phone: string, ...countries: readonly string[]): Promise<boolean> => {
    const { texter, rule } = setUp()
    await run(customSmsSender(when(allowCountries(...countries), rule)), customSms({ phone }))
    return texter.sent.length > 0
  }

  it.each([
    ['+491701234567', 'DE'],
    ['+12065550100', 'US'],
    ['+14165550100', 'CA'],
    ['+18765550100', 'JM'],
    ['+447911123456', 'GG'],
    ['+447400123456', 'GB'],
    ['+77012345678', 'KZ'],
    ['+79161234567', 'RU'],
    ['+390669812345', 'VA'],
  ])('allows %s for %s and for no other country', async (phone, country) => {
    expect(await isSent(phone, country)).toBe(true)
    expect(await isSent(phone, ...['DE', 'US', 'CA', 'JM', 'GG', 'GB', 'KZ', 'RU', 'VA', 'AT'].filter((each) => each !== country))).toBe(
      false,
    )
  })

  it.each(['+881612345678', '+0', '+'])('allows no number without a country: %s', async (phone) => {
    expect(await isSent(phone, 'DE', 'US')).toBe(false)
  })

  it('skips, succeeds and counts the skip in a metric', async () => {
    const { rule } = setUp()

    const result = await run(customSmsSender(when(allowCountries('DE', 'AT'), rule)), customSms({ phone: '+8801712345678' }))

    expect(result).toMatchObject({ outcome: 'proceed', trace: [{ rule: 'when', outcome: 'skip', reason: 'country-not-allowed' }] })
    expect(result.logs).toMatchObject([
      { decision: 'proceed', Invocations: 1 },
      { trigger: 'CustomSMSSender', reason: 'country-not-allowed', Skips: 1 },
    ])
    expect(result.logs[1]?._aws).toMatchObject({
      CloudWatchMetrics: [{ Dimensions: [['trigger', 'reason']], Metrics: [{ Name: 'Skips' }] }],
    })
  })

  it.each(['Germany', 'de', 'XX', 'BL', ''])('throws a TypeError for %j, which is not a country with a calling code', (country) => {
    expect(() => allowCountries(country)).toThrow(TypeError)
  })

  it('throws a TypeError without a country', () => {
    expect(() => allowCountries()).toThrow('allowCountries()')
  })
})
