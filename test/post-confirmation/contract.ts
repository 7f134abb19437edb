import * as z from 'zod'
import { envelope, noFields, texts, withSub } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  budget: { raw: 265_300, gzipped: 89_800 },
  clients: ['dynamodb', 'ses'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({ userAttributes: withSub, clientMetadata: texts.optional() }),
    response: noFields,
  }),
  denials: [],
  proceedsWhenDown: true,
  warmsUp: true,
  wrongSetting: { WELCOME_APP_URL: 'nowhere' },
}
