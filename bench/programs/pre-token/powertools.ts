import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { parser } from '@aws-lambda-powertools/parser/middleware'
import { PreTokenGenerationTriggerSchemaV1 } from '@aws-lambda-powertools/parser/schemas/cognito'
import middy from '@middy/core'
import { refuseBlocked } from './job.ts'

const logger = new Logger({ serviceName: 'tokens' })

export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(parser({ schema: PreTokenGenerationTriggerSchemaV1 }))
  .handler(async (event) => {
    if (event.triggerSource !== 'TokenGeneration_ClientCredentials') await refuseBlocked(event)
    logger.info('tokens issued', { triggerSource: event.triggerSource, userPoolId: event.userPoolId })
    return event
  })
