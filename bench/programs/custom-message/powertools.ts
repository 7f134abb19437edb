import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { parser } from '@aws-lambda-powertools/parser/middleware'
import { CustomMessageTriggerSchema } from '@aws-lambda-powertools/parser/schemas/cognito'
import middy from '@middy/core'
import { writeMessage } from './job.ts'

const logger = new Logger({ serviceName: 'messages' })

export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(parser({ schema: CustomMessageTriggerSchema }))
  .handler(async (event) => {
    logger.info('message written', { triggerSource: event.triggerSource, userPoolId: event.userPoolId })
    return writeMessage(event)
  })
