import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { parser } from '@aws-lambda-powertools/parser/middleware'
import { DefineAuthChallengeTriggerSchema } from '@aws-lambda-powertools/parser/schemas/cognito'
import middy from '@middy/core'
import { chooseStep } from './job.ts'

const logger = new Logger({ serviceName: 'challenges' })

export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(parser({ schema: DefineAuthChallengeTriggerSchema }))
  .handler(async (event) => {
    logger.info('step chosen', { triggerSource: event.triggerSource, userPoolId: event.userPoolId })
    return chooseStep(event)
  })
