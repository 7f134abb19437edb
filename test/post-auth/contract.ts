import * as z from 'zod'
import { envelope, noFields, texts, withSub } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  budget: { raw: 218_400, gzipped: 76_000 },
  clients: ['dynamodb'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({ userAttributes: withSub, newDeviceUsed: z.boolean().optional(), clientMetadata: texts.optional() }),
    response: noFields,
  }),
  denials: [],
  proceedsWhenDown: true,
  warmsUp: true,
  wrongSetting: { PROFILE_TABLE: '' },
}
