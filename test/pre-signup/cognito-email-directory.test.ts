import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoEmailDirectory } from '../../src/pre-signup/cognito-email-directory.ts'
import { denyDuplicateEmail, type EmailQuery } from '../../src/pre-signup/deny-duplicate-email.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { type CognitoUsersEndpoint, type ListedUser, startCognitoUsers } from '../support/cognito-users-endpoint.ts'
import { preSignUpEvent } from '../support/events.ts'

const { signal } = new AbortController()
const { userPoolId } = preSignUpEvent()
const query = (email: string): EmailQuery => ({ userPoolId, email, key: email.toLowerCase() })
const user = (email: string, status?: string): ListedUser => ({
  userName: `${email}-${status}`,
  attributes: { email },
  ...(status !== undefined && { status }),
})

let endpoint: CognitoUsersEndpoint
let client: CognitoIdentityProviderClient
beforeAll(async () => {
  endpoint = await startCognitoUsers()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new CognitoIdentityProviderClient({ endpoint: endpoint.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
  endpoint.addPool(
    userPoolId,
    user('ann@example.com'),
    user('new@example.com', 'UNCONFIRMED'),
    user('invited@example.com', 'FORCE_CHANGE_PASSWORD'),
    user('google@example.com', 'EXTERNAL_PROVIDER'),
    ...Array.from({ length: 70 }, () => user('squatted@example.com', 'UNCONFIRMED')),
    ...Array.from({ length: 70 }, () => user('mixed@example.com', 'UNCONFIRMED')),
    user('mixed@example.com', 'CONFIRMED'),
    user('Upper@example.com'),
    user("o'brien\\@example.com"),
  )
})
afterAll(async () => {
  client.destroy()
  await endpoint.stop()
})

const cognito = (): CognitoIdentityProviderClient => client

describe('cognitoEmailDirectory', () => {
  it.each([
    ['ann@example.com', true],
    ['ANN@example.com', true],
    ['Upper@example.com', true],
    ['invited@example.com', true],
    ['google@example.com', true],
    ['bob@example.com', false],
    ['new@example.com', false],
  ])('finds users by the address as typed and in lower case: %s', async (email, taken) => {
    expect(await cognitoEmailDirectory({ cognito }).isTaken(query(email), signal)).toBe(taken)
  })

  it("counts unconfirmed users only with unconfirmed: 'count'", async () => {
    expect(await cognitoEmailDirectory({ cognito, unconfirmed: 'count' }).isTaken(query('new@example.com'), signal)).toBe(true)
    expect(await cognitoEmailDirectory({ cognito, unconfirmed: 'ignore' }).isTaken(query('new@example.com'), signal)).toBe(false)
  })

  it('reads every page, so that many unconfirmed users hide no confirmed one', async () => {
    const directory = cognitoEmailDirectory({ cognito })
    expect(await directory.isTaken(query('squatted@example.com'), signal)).toBe(false)
    expect(await directory.isTaken(query('mixed@example.com'), signal)).toBe(true)
  })

  it('escapes quotes and backslashes of an address in the filter', async () => {
    const directory = cognitoEmailDirectory({ cognito })

    expect(await directory.isTaken(query('x" or email = "ann@example.com'), signal)).toBe(false)
    expect(await directory.isTaken(query("o'brien\\@example.com"), signal)).toBe(true)

    expect(endpoint.filters().slice(-2)).toEqual(['email = "x\\" or email = \\"ann@example.com"', 'email = "o\'brien\\\\@example.com"'])
  })

  it('sends two requests for an address with upper-case letters and one for another, if the address is taken or not', async () => {
    const countRequests = async (email: string): Promise<number> => {
      const before = endpoint.filters().length
      await cognitoEmailDirectory({ cognito }).isTaken(query(email), signal)
      return endpoint.filters().length - before
    }
    expect(await Promise.all([await countRequests('ann@example.com'), await countRequests('free@example.com')])).toEqual([1, 1])
    expect(await Promise.all([await countRequests('Ann@example.com'), await countRequests('Free@example.com')])).toEqual([2, 2])
  })

  it.each(['TooManyRequestsException', 'NotAuthorizedException'])(
    'throws if Cognito answers with %s, so that the rule refuses the user',
    async (fault) => {
      endpoint.fault(fault)
      const rule = denyDuplicateEmail(cognitoEmailDirectory({ cognito }), { revealsExistence: true })
      const decision = await preSignUp(rule).decide(preSignUpEvent({ email: 'free@example.com' }))
      endpoint.fault(undefined)
      expect(decision).toMatchObject({ kind: 'failed', rule: 'deny-duplicate-email' })
    },
  )

  it('lets denyDuplicateEmail deny a taken address, and skip an address whose only user is unconfirmed', async () => {
    const handler = preSignUp(denyDuplicateEmail(cognitoEmailDirectory({ cognito }), { revealsExistence: true }))
    expect(await handler.decide(preSignUpEvent({ email: 'Ann@example.com' }))).toMatchObject({ kind: 'denied', reason: 'email-taken' })
    expect(await handler.decide(preSignUpEvent({ email: 'new@example.com' }))).toMatchObject({ kind: 'proceed' })
  })

  it('declares the permission to list the users of the pool', () => {
    expect(cognitoEmailDirectory({ cognito }).permissions).toEqual([{ actions: ['cognito-idp:ListUsers'], resource: 'user-pool' }])
  })

  it.each([
    [{ cognito, unconfirmed: 'counts' }, "unconfirmed is 'counts'; expected 'ignore' or 'count'"],
    [{ cognito, unconfirmd: 'count' }, "unknown option 'unconfirmd'"],
  ])('throws for the invalid options %j', (options, message) => {
    expect(() => Reflect.apply(cognitoEmailDirectory, undefined, [options])).toThrow(message)
  })
})
