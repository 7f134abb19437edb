import * as z from 'zod'
import { envelope, text, texts, withSub } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  // Three quarters of the bundle are the AWS SDK, in a chunk that is loaded only if a limit is set.
  budget: { raw: 223_200, gzipped: 77_300 },
  clients: ['dynamodb'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({
      userAttributes: withSub,
      codeParameter: z.literal('{####}'),
      // Older events have no linkParameter.
      linkParameter: text.optional(),
      usernameParameter: text.nullable(),
      clientMetadata: texts.optional(),
    }),
    response: z.strictObject({ smsMessage: z.null(), emailMessage: z.null(), emailSubject: z.null() }),
  }),
  denials: ['Too many messages were requested, please try again later'],
  proceedsWhenDown: true,
  warmsUp: false,
  wrongSetting: { EMAIL_SENDING: 'ses' },
}
