import * as z from 'zod'
import { envelope, texts, withoutSub } from '../support/event-shapes.ts'
import { BLOCKED_TEXTS, type TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  // Two thirds of the bundle are the AWS SDK, in a chunk that is loaded only if a block list table is set.
  budget: { raw: 228_300, gzipped: 80_900 },
  clients: ['dynamodb'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({ userAttributes: withoutSub, validationData: texts.nullish(), clientMetadata: texts.optional() }),
    response: z.strictObject({ autoConfirmUser: z.literal(false), autoVerifyEmail: z.literal(false), autoVerifyPhone: z.literal(false) }),
  }),
  denials: ['This email address cannot be used to sign up', ...BLOCKED_TEXTS],
  proceedsWhenDown: false,
  warmsUp: false,
  wrongSetting: { ADMIN_CREATED_USERS: 'maybe' },
}
