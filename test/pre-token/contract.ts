import * as z from 'zod'
import { envelope, noFields, text, texts, withSub } from '../support/event-shapes.ts'
import { BLOCKED_TEXTS, type TriggerTestContract } from '../support/triggers.ts'

const request = {
  // Tokens for client credentials have no user, so the attributes are empty.
  userAttributes: z.union([withSub, noFields]),
  groupConfiguration: z.strictObject({
    groupsToOverride: z.array(text),
    iamRolesToOverride: z.array(text),
    preferredRole: text.nullable(),
  }),
  clientMetadata: texts.optional(),
}

export const contract: TriggerTestContract = {
  budget: { raw: 223_000, gzipped: 77_600 },
  clients: ['dynamodb'],
  eventShape: z.union([
    z.strictObject({ ...envelope, request: z.strictObject(request), response: z.strictObject({ claimsOverrideDetails: z.null() }) }),
    z.strictObject({
      ...envelope,
      version: z.enum(['2', '3']),
      request: z.strictObject({ ...request, scopes: z.array(text) }),
      response: z.strictObject({ claimsAndScopeOverrideDetails: z.null() }),
    }),
  ]),
  denials: BLOCKED_TEXTS,
  proceedsWhenDown: false,
  warmsUp: true,
  wrongSetting: { BLOCK_TABLE: '' },
}
