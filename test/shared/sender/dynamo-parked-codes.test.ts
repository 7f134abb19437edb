import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Documents, documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { type DynamoParkedCodes, dynamoParkedCodes } from '../../../src/shared/sender/dynamo-parked-codes.ts'
import type { ParkedCode } from '../../../src/shared/sender/park-codes.ts'
import { stubEnvironment } from '../../support/environment.ts'
import { useServices } from '../../support/use-services.ts'

const services = useServices()
const { signal } = new AbortController()
const HOUR_MS = 3_600_000
const user = { userPoolId: 'eu-west-1_Example', userName: 'mary', channel: 'email' } as const
const parked: ParkedCode = { ...user, message: 'SignUp', code: '123456' }

let documents: Documents
let codes: DynamoParkedCodes
let now: number

beforeEach(() => {
  stubEnvironment(services().environment)
  documents = documentClient()
  now = Date.UTC(2026, 0, 1)
  codes = dynamoParkedCodes({ documents, table: 'limits', now: () => new Date(now) })
})
afterEach(() => documents().destroy())

describe('dynamoParkedCodes', () => {
  it('finds the latest code of a user, by pool and channel', async () => {
    await codes.park(parked, signal)
    await codes.park({ ...parked, message: 'ResendCode', code: '654321' }, signal)

    expect(await codes.find(user)).toEqual({ ...user, message: 'ResendCode', code: '654321' })
    expect(await codes.find({ ...user, channel: 'sms' })).toBeUndefined()
    expect(await codes.find({ ...user, userPoolId: 'eu-west-1_Other' })).toBeUndefined()
  })

  it('finds no code after an hour, also if DynamoDB has not deleted it yet', async () => {
    await codes.park(parked, signal)
    now += HOUR_MS

    expect(await codes.find(user)).toBeUndefined()
  })

  it('uses the clock of the process by default', async () => {
    const byClock = dynamoParkedCodes({ documents, table: 'limits' })
    await byClock.park({ ...parked, userName: 'nora' }, signal)

    expect(await byClock.find({ ...user, userName: 'nora' })).toMatchObject({ code: '123456' })
  })
})
