import * as z from 'zod'
import { envelope, text, texts, withSub } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  // The AWS Encryption SDK is about 215 kB of the bundle, with its code for big numbers and streams.
  budget: { raw: 530_000, gzipped: 184_000 },
  clients: ['dynamodb', 'kms', 'sns'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({
      type: z.literal('customSMSSenderRequestV1'),
      code: text.nullable(),
      clientMetadata: texts.nullable(),
      userAttributes: withSub,
    }),
  }),
  denials: [],
  proceedsWhenDown: false,
  warmsUp: false,
  wrongSetting: { MESSAGES_PER_HOUR: 'many' },
}
