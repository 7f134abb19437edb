import * as z from 'zod'
import { envelope, noFields, text, texts, withSub } from '../support/event-shapes.ts'
import { BLOCKED_TEXTS, type TriggerTestContract } from '../support/triggers.ts'

const request = {
  // Tokens for client credentials have no user, so the attributes are empty.
  userAttributes: z.union([withSub, noFields]),
  groupConfiguration: z.strictObject({
    groupsToOverride: z.array(text),
    iamRolesToOverride: z.array(text),
    // The samples of the AWS documentation have a list.
    preferredRole: z.union([text.nullable(), z.array(text)]),
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
      // The samples of the AWS documentation have an empty list.
      response: z.strictObject({ claimsAndScopeOverrideDetails: z.union([z.null(), z.array(z.never())]) }),
    }),
  ]),
  denials: BLOCKED_TEXTS,
  proceedsWhenDown: false,
  warmsUp: true,
  wrongSetting: { BLOCK_TABLE: '' },
}
