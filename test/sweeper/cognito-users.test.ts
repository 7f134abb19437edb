import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { cognitoClient } from '../../src/shared/aws/cognito.ts'
import { PoolNotFoundError } from '../../src/sweeper/users.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { ann } from '../support/events.ts'
import { ANN_CREATED_AT, startWorld, type World } from '../support/sweeper-world.ts'

const signal = new AbortController().signal
let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

describe('cognitoUsers', () => {
  it('finds a user by sub, and returns the user status as an attribute, as in events', async () => {
    expect(await world.users.find(ann.userPoolId, ann.sub, signal)).toEqual({
      userName: ann.userName,
      attributes: { sub: ann.sub, email: ann.email, email_verified: 'true', 'cognito:user_status': 'CONFIRMED' },
      createdAt: ANN_CREATED_AT,
    })
  })

  it('returns undefined for a missing user', async () => {
    expect(await world.users.find(ann.userPoolId, 'another-sub', signal)).toBeUndefined()
  })

  it('escapes the sub in the filter', async () => {
    expect(await world.users.find(ann.userPoolId, `x" or sub = "${ann.sub}`, signal)).toBeUndefined()
    expect(await world.users.find(ann.userPoolId, 'x\\', signal)).toBeUndefined()
    expect(world.cognito.filters().slice(-2)).toEqual([`sub = "x\\" or sub = \\"${ann.sub}"`, 'sub = "x\\\\"'])
  })

  it('throws PoolNotFoundError if the pool does not exist', async () => {
    await expect(world.users.find('eu-west-1_Elsewhere', ann.sub, signal)).rejects.toThrow(PoolNotFoundError)
  })

  it('throws if Cognito throttles', async () => {
    world.cognito.fault('TooManyRequestsException')
    await expect(world.users.find(ann.userPoolId, ann.sub, signal)).rejects.toHaveProperty('name', 'TooManyRequestsException')
    world.cognito.fault(undefined)
  })
})

describe('cognitoClient', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('creates the SDK client once, at the first use, with two attempts per request', async () => {
    const cognito = cognitoClient()
    stubEnvironment(endpointEnvironment({}))
    const client = cognito()
    expect(cognito()).toBe(client)
    expect(await client.config.maxAttempts()).toBe(2)
    client.destroy()
  })
})
