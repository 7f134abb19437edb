import * as z from 'zod'
import { envelope, noFields, texts, withSub } from '../support/event-shapes.ts'
import { BLOCKED_TEXTS, type TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  budget: { raw: 216_200, gzipped: 75_500 },
  clients: ['dynamodb'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({
      // The attributes are empty for a user who does not exist.
      userAttributes: z.union([withSub, noFields]),
      validationData: texts.nullish(),
      userNotFound: z.boolean().optional(),
    }),
    response: noFields,
  }),
  denials: BLOCKED_TEXTS,
  proceedsWhenDown: false,
  warmsUp: true,
  wrongSetting: { BLOCK_TABLE: '' },
}
