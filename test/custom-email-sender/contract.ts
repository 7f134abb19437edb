import * as z from 'zod'
import { envelope, text, texts, withSub } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

const type = z.literal('customEmailSenderRequestV1')
/** The attributes of a notification about an account takeover. They hold no sub and no address. */
const takeover = z.record(z.string().regex(/^[A-Z_]+$/), text.nullable())

export const contract: TriggerTestContract = {
  // The AWS Encryption SDK is about 215 kB of the bundle, with its code for big numbers and streams.
  budget: { raw: 553_000, gzipped: 191_000 },
  clients: ['cognito-identity-provider', 'dynamodb', 'kms', 'ses'],
  eventShape: z.union([
    z.strictObject({
      ...envelope,
      request: z.strictObject({ type, code: text.nullable(), clientMetadata: texts.nullable(), userAttributes: withSub }),
    }),
    z.strictObject({
      ...envelope,
      request: z.strictObject({ type, code: z.null(), clientMetadata: z.null(), userAttributes: takeover }),
    }),
  ]),
  denials: [],
  proceedsWhenDown: false,
  warmsUp: false,
  wrongSetting: { EMAIL_FROM: 'code' },
}
