import { describe } from 'vitest'
import { withErrors } from '../../../support/clients/client.ts'
import { createIdentityClient } from '../../../support/clients/identity-js.ts'
import { describeClient } from '../../../support/clients/journey.ts'

describe('amazon-cognito-identity-js', () => {
  describeClient(async (pool) => ({ client: withErrors(createIdentityClient(pool)) }), {
    errorType: () => 'Error',
    refreshSource: 'TokenGeneration_RefreshTokens',
  })
})
