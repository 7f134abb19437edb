import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { parser } from '@aws-lambda-powertools/parser/middleware'
import { PreSignupTriggerSchema } from '@aws-lambda-powertools/parser/schemas/cognito'
import middy from '@middy/core'
import { z } from 'zod'

const logger = new Logger({ serviceName: 'sign-up' })

const email = z.email().transform((address) => address.toLowerCase().split('@')[1] ?? '')
const NOT_ALLOWED = 'This email address cannot be used to sign up'

export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(parser({ schema: PreSignupTriggerSchema }))
  .handler(async (event) => {
    const domain = email.safeParse(event.request.userAttributes.email).data
    if (domain === undefined || (domain !== 'example.com' && !domain.endsWith('.example.org'))) {
      logger.info('sign-up denied', { triggerSource: event.triggerSource, userPoolId: event.userPoolId })
      throw new Error(NOT_ALLOWED)
    }
    logger.info('sign-up allowed', { triggerSource: event.triggerSource, userPoolId: event.userPoolId })
    return { ...event, response: { ...event.response, autoConfirmUser: domain === 'example.com' } }
  })
