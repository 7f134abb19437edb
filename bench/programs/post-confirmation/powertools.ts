import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency'
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware'
import { parser } from '@aws-lambda-powertools/parser/middleware'
import { PostConfirmationTriggerSchema } from '@aws-lambda-powertools/parser/schemas/cognito'
import middy from '@middy/core'
import { saveProfile, sendWelcome } from './job.ts'

const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY_TABLE ?? '' })
const config = new IdempotencyConfig({ eventKeyJmesPath: 'request.userAttributes.sub' })

export const handler = middy()
  .use(parser({ schema: PostConfirmationTriggerSchema }))
  .use(makeHandlerIdempotent({ persistenceStore, config }))
  .handler(async (event) => {
    const verified = event.request.userAttributes.email_verified === 'true'
    await Promise.all([saveProfile(event), ...(verified ? [sendWelcome(event)] : [])])
    return event
  })
