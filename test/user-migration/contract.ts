import * as z from 'zod'
import { envelope, text, texts } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

export const contract: TriggerTestContract = {
  budget: { raw: 295_000, gzipped: 107_200 },
  clients: ['cognito-identity-provider', 'dynamodb'],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({
      userAttributes: z.null(),
      // Absent after "forgot password".
      password: text.optional(),
      validationData: texts.nullable(),
      clientMetadata: texts.optional(),
    }),
    response: z.strictObject({
      userAttributes: z.null(),
      forceAliasCreation: z.null(),
      enableSMSMFA: z.null().optional(),
      finalUserStatus: z.null(),
      messageAction: z.null(),
      desiredDeliveryMediums: z.null(),
    }),
  }),
  denials: [],
  proceedsWhenDown: false,
  warmsUp: false,
  wrongSetting: { LEGACY_DIRECTORY: 'ldap' },
}
