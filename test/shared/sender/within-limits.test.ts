import { describe, expect, it } from 'vitest'
import { sendSms } from '../../../src/custom-sms-sender/send-sms.ts'
import { customSmsSender } from '../../../src/custom-sms-sender/trigger.ts'
import { when } from '../../../src/shared/rules/combinators.ts'
import { type WithinLimitsOptions, withinLimits } from '../../../src/shared/sender/within-limits.ts'
import { fixedCode } from '../../../src/testing/memory-codes.ts'
import { memoryCounter } from '../../../src/testing/memory-counter.ts'
import { memoryTexter } from '../../../src/testing/memory-texter.ts'
import { customSms } from '../../../src/testing/moments.ts'
import { run } from '../../../src/testing/run.ts'
import { catalogue } from '../../support/catalogues.ts'

const one = { max: 1, windowSeconds: 3600 }
let count = 0
const event = (userName: string, phone: string) => customSms({ userName, phone, code: `code ${count++}` })

function setUp(limits: Omit<WithinLimitsOptions, 'counter'>) {
  const [texter, counter] = [memoryTexter(), memoryCounter()]
  const send = sendSms(texter, catalogue, { code: fixedCode() })
  return { texter, counter, handler: customSmsSender(when(withinLimits({ counter, ...limits }), send)) }
}

describe('withinLimits', () => {
  it.each<{ limits: Omit<WithinLimitsOptions, 'counter'>; sent: readonly string[] }>([
    { limits: { perUser: one }, sent: ['+491701234567', '+491701234567', '+491709999999', '+12065550100'] },
    { limits: { perNumber: one }, sent: ['+491701234567', '+491709999999', '+12065550100'] },
    { limits: { perPrefix: { ...one, digits: 5 } }, sent: ['+491701234567', '+12065550100'] },
    { limits: { budget: one }, sent: ['+491701234567'] },
    { limits: { perUser: { max: 5, windowSeconds: 60 }, budget: { max: 2, windowSeconds: 60 } }, sent: ['+491701234567', '+491701234567'] },
  ])('counts $limits', async ({ limits, sent }) => {
    const { texter, handler } = setUp(limits)

    await run(handler, event('ann', '+491701234567'))
    await run(handler, event('bob', '+491701234567'))
    await run(handler, event('cem', '+491709999999'))
    await run(handler, event('dan', '+12065550100'))

    expect(texter.sent.map(({ to }) => to)).toEqual(sent)
  })

  it('skips, succeeds and counts the skip in a metric if the limit is reached', async () => {
    const { handler } = setUp({ perUser: one })

    await run(handler, event('ann', '+491701234567'))
    const result = await run(handler, event('ann', '+491701234567'))

    expect(result).toMatchObject({ outcome: 'proceed', trace: [{ outcome: 'skip', reason: 'message-limit-reached' }] })
    expect(result.logs[1]).toMatchObject({ trigger: 'CustomSMSSender', reason: 'message-limit-reached', Skips: 1 })
  })

  it('counts an event once that Lambda repeats', async () => {
    const { texter, handler } = setUp({ perUser: one })
    const same = event('ann', '+491701234567')

    texter.failOnce(new Error('SNS is down'))
    await run(handler, same)
    await run(handler, same)

    expect(texter.sent).toHaveLength(1)
  })

  it('fails the invocation if the counter fails', async () => {
    const { texter, counter, handler } = setUp({ perUser: one })

    counter.failWith(new Error('DynamoDB is down'))

    expect(await run(handler, event('ann', '+491701234567'))).toMatchObject({ outcome: 'failed', decidedBy: 'when' })
    expect(texter.sent).toEqual([])
  })

  it('declares the permissions of the counter on the when around it', () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }]
    const rule = when(
      withinLimits({ counter: { ...memoryCounter(), permissions }, budget: one }),
      sendSms(memoryTexter(), catalogue, { code: fixedCode() }),
    )

    expect(rule.permissions).toEqual(permissions)
  })

  it.each<[object, string]>([
    [{}, 'expected a limit'],
    [{ perUser: 5 }, 'perUser'],
    [{ perUser: { max: 0, windowSeconds: 60 } }, 'max'],
    [{ perPrefix: { ...one, digits: 0 } }, 'perPrefix.digits is 0; expected an integer from 1 to 15'],
    [{ perPhone: one }, "unknown option 'perPhone'"],
  ])('throws when it is made with %j', (limits, message) => {
    expect(() => withinLimits({ counter: memoryCounter(), ...limits })).toThrow(message)
  })
})
