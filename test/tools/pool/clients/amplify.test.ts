import { describe } from 'vitest'
import { createAmplifyClient } from '../../../support/clients/amplify.ts'
import { withErrors } from '../../../support/clients/client.ts'
import { describeClient } from '../../../support/clients/journey.ts'

describe('Amplify', () => {
  describeClient(async (pool) => ({ client: withErrors(createAmplifyClient(pool)) }), {
    errorType: () => 'AuthError',
    refreshSource: 'TokenGeneration_Authentication',
  })
})
