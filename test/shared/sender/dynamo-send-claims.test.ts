import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Documents, documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { dynamoSendClaims } from '../../../src/shared/sender/dynamo-send-claims.ts'
import { identifyMessage, type SendClaims } from '../../../src/shared/sender/send-claims.ts'
import { customEmail } from '../../../src/testing/moments.ts'
import { stubEnvironment } from '../../support/environment.ts'
import { useServices } from '../../support/use-services.ts'

const services = useServices()
const { signal } = new AbortController()
const START = Date.UTC(2026, 0, 1)

let documents: Documents
let claims: SendClaims
let now: number

beforeEach(() => {
  stubEnvironment(services().environment)
  documents = documentClient()
  now = START
  claims = dynamoSendClaims({ documents, table: 'limits', now: () => new Date(now) })
})
afterEach(() => documents().destroy())

describe('dynamoSendClaims', () => {
  it('claims a message once, also if the answer of the first request was lost', async () => {
    expect(await claims.claim('a', 'mine', signal)).toBe(true)
    expect(await claims.claim('a', 'mine', signal)).toBe(true)
    expect(await claims.claim('a', 'other', signal)).toBe(false)
    expect(await claims.claim('b', 'other', signal)).toBe(true)
  })

  it('frees the claim of a crashed invocation before the retry of Lambda, one minute later', async () => {
    await claims.claim('crash', 'mine', signal)
    now += 59_000

    expect(await claims.claim('crash', 'retry', signal)).toBe(true)
  })

  it('keeps the claim of a sent message for longer than Lambda repeats an event', async () => {
    await claims.claim('sent', 'mine', signal)
    await claims.keep('sent', signal)
    now += 6 * 3_600_000

    expect(await claims.claim('sent', 'retry', signal)).toBe(false)
  })

  it('releases a claim at once', async () => {
    await claims.claim('failed', 'mine', signal)
    await claims.release('failed', signal)

    expect(await claims.claim('failed', 'retry', signal)).toBe(true)
  })
})

describe('identifyMessage', () => {
  it('tells ciphertexts, sources and notifications apart, and contains no data of the user', () => {
    const event = customEmail({ code: 'one' })
    const notice = { ...event, request: { userAttributes: { EVENT_ID: '1' } } }
    const other = { ...event, request: { userAttributes: { EVENT_ID: '2' } } }
    const all = [
      event,
      { ...event, triggerSource: 'CustomSMSSender_SignUp' },
      customEmail({ code: 'two' }),
      notice,
      other,
      { ...event, request: {} },
    ]
    const found = all.map(identifyMessage)

    expect(new Set(found).size).toBe(all.length)
    expect(found).toEqual(found.map(() => expect.stringMatching(/^[\w-]{43}$/)))
    expect(identifyMessage({ ...event })).toBe(found[0])
  })
})
