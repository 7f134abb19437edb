import middy from '@middy/core'
import { z } from 'zod'

const eventSchema = z.looseObject({
  triggerSource: z.string(),
  userPoolId: z.string(),
  userName: z.string(),
  callerContext: z.looseObject({ clientId: z.string() }),
  request: z.looseObject({
    userAttributes: z.record(z.string(), z.string()),
    validationData: z.record(z.string(), z.string()).nullish(),
    clientMetadata: z.record(z.string(), z.string()).nullish(),
  }),
  response: z.looseObject({ autoConfirmUser: z.boolean() }),
})

type Event = z.infer<typeof eventSchema>

const email = z.email().transform((address) => address.toLowerCase().split('@')[1] ?? '')
const NOT_ALLOWED = 'This email address cannot be used to sign up'

export const handler = middy<Event>()
  .before((request) => {
    request.event = eventSchema.parse(request.event)
  })
  .handler(async (event: Event) => {
    const domain = email.safeParse(event.request.userAttributes.email).data
    if (domain === undefined || (domain !== 'example.com' && !domain.endsWith('.example.org'))) throw new Error(NOT_ALLOWED)
    if (event.triggerSource === 'PreSignUp_SignUp' && domain === 'example.com') event.response.autoConfirmUser = true
    return event
  })
