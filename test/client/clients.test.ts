import { describe } from 'vitest'
import { createAmplifyClient } from '../support/clients/amplify.ts'
import { describeAuthErrors } from '../support/clients/auth-errors.ts'
import { readCallError, type TestClient } from '../support/clients/client.ts'
import { createIdentityClient } from '../support/clients/identity-js.ts'
import { createSdkClient } from '../support/clients/sdk.ts'
import type { PoolAddress } from '../support/pool.ts'

const CREATE: Readonly<Record<string, (pool: PoolAddress) => TestClient>> = {
  'the AWS SDK': createSdkClient,
  Amplify: createAmplifyClient,
  'amazon-cognito-identity-js': createIdentityClient,
}

describe.each(Object.entries(CREATE))('the errors of %s', (_, create) => {
  describeAuthErrors(async (pool) => {
    const client = create(pool)
    return { readError: (method, ...args) => readCallError(client, method, args) }
  })
})
