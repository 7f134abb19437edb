import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type CognitoPoolsEndpoint, startCognitoPools } from '../cognito-pools-endpoint.ts'
import { pool } from './user-pool.ts'

/** The id of the test pool. */
export const ID = 'eu-west-1_Example'

/** The fake Cognito endpoint of a test file, and the environment with which a command uses it. */
export interface Pools {
  readonly cognito: () => CognitoPoolsEndpoint
  readonly env: () => Record<string, string>
}

/** Starts a fake Cognito endpoint for a test file. Before each test, the endpoint has the unchanged test pool and no faults. */
export function withPool(): Pools {
  let started: CognitoPoolsEndpoint | undefined
  const cognito = (): CognitoPoolsEndpoint => {
    if (started === undefined) throw new Error('The endpoint has not started yet: call cognito() inside tests')
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
