import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type CognitoPoolsEndpoint, startCognitoPools } from '../cognito-pools-endpoint.ts'
import { pool } from './user-pool.ts'

/** The id of the pool. */
export const ID = 'eu-west-1_Example'

/** Pools for the tests of a file: the endpoint that has them, and what a command must find in its environment. */
export interface Pools {
  readonly cognito: () => CognitoPoolsEndpoint
  readonly env: () => Record<string, string>
}

/** Has the pool there, as it was made and without faults, for each test of a file. */
export function withPool(): Pools {
  let started: CognitoPoolsEndpoint | undefined
  const cognito = (): CognitoPoolsEndpoint => {
    if (started === undefined) throw new Error('The pools are there in tests alone')
    return started
  }
  beforeAll(async () => {
    started = await startCognitoPools()
  })
  afterAll(() => cognito().stop())
  beforeEach(() => cognito().put(pool))
  afterEach(() => {
    cognito().fault('DescribeUserPool', undefined)
    cognito().fault('UpdateUserPool', undefined)
    cognito().line(undefined)
    cognito().meddle(undefined)
  })
  return {
    cognito,
    env: () => ({
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito().endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }),
  }
}
