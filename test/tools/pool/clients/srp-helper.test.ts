import { describe } from 'vitest'
import { withErrors } from '../../../support/clients/client.ts'
import { describeClient } from '../../../support/clients/journey.ts'
import { createSrpHelperClient } from '../../../support/clients/srp-helper.ts'

describe('the AWS SDK with cognito-srp-helper', () => {
  describeClient(async (pool) => ({ client: withErrors(createSrpHelperClient(pool)) }), {
    errorType: (name) => name,
    refreshSource: 'TokenGeneration_Authentication',
  })
})
