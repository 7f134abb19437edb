import { describe, expect, it } from 'vitest'
import { customEmailSender } from '../../../src/custom-email-sender/trigger.ts'
import { customSmsSender } from '../../../src/custom-sms-sender/trigger.ts'
import { documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { dynamoParkedCodes } from '../../../src/shared/sender/dynamo-parked-codes.ts'
import { parkCodes } from '../../../src/shared/sender/park-codes.ts'
import { fixedCode, memoryParkedCodes } from '../../../src/testing/memory-codes.ts'
import { customEmail, customSms } from '../../../src/testing/moments.ts'
import { run } from '../../../src/testing/run.ts'
import { stubEnvironment } from '../../support/environment.ts'
import { useServices } from '../../support/use-services.ts'

const services = useServices()

describe('parkCodes', () => {
  it('keeps the codes of both channels for a test, and puts them in no log', async () => {
    const [store, code] = [memoryParkedCodes(), fixedCode('654321')]
    const rule = parkCodes(store, { code, stage: 'dev' })

    const results = [await run(customEmailSender(rule), customEmail()), await run(customSmsSender(rule), customSms())]

    expect(store.codes).toMatchObject([
      { userName: 'mary', channel: 'email', message: 'SignUp', code: '654321' },
      { userName: 'mary', channel: 'sms', message: 'SignUp', code: '654321' },
    ])
    expect(JSON.stringify(results)).not.toContain('654321')
  })

  it('skips an event without a code', async () => {
    const event = { ...customEmail(), request: { ...customEmail().request, code: null } }

    const handler = customEmailSender(parkCodes(memoryParkedCodes(), { code: fixedCode(), stage: 'dev' }))

    expect(await run(handler, event)).toMatchObject({ trace: [{ outcome: 'skip', reason: 'no-code' }] })
  })

  it.each(['prod', 'production', 'Live', 'eu-prod-1'])('throws when it is made for the stage %s', (stage) => {
    expect(() => parkCodes(memoryParkedCodes(), { code: fixedCode(), stage })).toThrow(
      new RangeError(`parkCodes(): the stage is '${stage}'; codes in plain text are refused in production`),
    )
  })

  it('throws when it is made without a stage', () => {
    expect(() => parkCodes(memoryParkedCodes(), { code: fixedCode(), stage: '' })).toThrow(
      "stage is missing; expected a name such as 'dev'",
    )
  })
})

describe('dynamoParkedCodes', () => {
  it('finds the latest code of a user until it expires', async () => {
    stubEnvironment(services().environment)
    const documents = documentClient()
    let now = new Date('2026-01-01T00:00:00Z')
    const codes = dynamoParkedCodes({ documents, table: 'limits', now: () => now })
    const user = { userPoolId: 'us-east-1_A', userName: 'mary', channel: 'email' } as const
    const { signal } = new AbortController()

    await codes.park({ ...user, message: 'SignUp', code: '111111' }, signal)
    await codes.park({ ...user, message: 'ResendCode', code: '222222' }, signal)

    expect(await codes.find(user)).toEqual({ ...user, message: 'ResendCode', code: '222222' })
    expect(await codes.find({ ...user, channel: 'sms' })).toBeUndefined()
    now = new Date('2026-01-01T01:00:00Z')
    expect(await codes.find(user)).toBeUndefined()
    documents().destroy()
  })
})
