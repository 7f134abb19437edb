import { describe } from 'vitest'
import { withErrors } from '../../../support/clients/client.ts'
import { describeClient } from '../../../support/clients/journey.ts'
import { createSdkClient } from '../../../support/clients/sdk.ts'

describe('the AWS SDK', () => {
  describeClient(async (pool) => ({ client: withErrors(createSdkClient(pool)) }), {
    errorType: (name) => name,
    refreshSource: 'TokenGeneration_Authentication',
  })
})
