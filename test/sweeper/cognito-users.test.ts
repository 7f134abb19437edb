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

describe('users of a pool', () => {
  it('are found by their sub, with their status as events have it', async () => {
    expect(await world.users.find(ann.userPoolId, ann.sub, signal)).toEqual({
      userName: ann.userName,
      attributes: { sub: ann.sub, email: ann.email, email_verified: 'true', 'cognito:user_status': 'CONFIRMED' },
      createdAt: ANN_CREATED_AT,
    })
  })

  it('are not found when they are gone', async () => {
    expect(await world.users.find(ann.userPoolId, 'somebody-else', signal)).toBeUndefined()
  })

  it('cannot be asked for with a filter of somebody else', async () => {
    expect(await world.users.find(ann.userPoolId, `x" or sub = "${ann.sub}`, signal)).toBeUndefined()
    expect(await world.users.find(ann.userPoolId, 'x\\', signal)).toBeUndefined()
    expect(world.cognito.filters().slice(-2)).toEqual([`sub = "x\\" or sub = \\"${ann.sub}"`, 'sub = "x\\\\"'])
  })

  it('are not said to be gone where it is the pool that is not there', async () => {
    await expect(world.users.find('eu-west-1_Elsewhere', ann.sub, signal)).rejects.toThrow(PoolNotFoundError)
  })

  it('are not said to be gone where Cognito does not answer', async () => {
    world.cognito.fault('TooManyRequestsException')
    await expect(world.users.find(ann.userPoolId, ann.sub, signal)).rejects.toHaveProperty('name', 'TooManyRequestsException')
    world.cognito.fault(undefined)
  })
})

describe('cognitoClient', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('makes one client, at its first use, that gives up within the time of a trigger', async () => {
    const cognito = cognitoClient()
    stubEnvironment(endpointEnvironment({}))
    const client = cognito()
    expect(cognito()).toBe(client)
    expect(await client.config.maxAttempts()).toBe(2)
    client.destroy()
  })
})
