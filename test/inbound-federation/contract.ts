import * as z from 'zod'
import { envelope, text } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

// Neither the names nor the values of claims are limited. A record of zod would drop a claim named `__proto__`.
const claims = z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const part = z.union([claims, text, z.null()]).optional()

export const contract: TriggerTestContract = {
  budget: { raw: 51_500, gzipped: 19_900 },
  clients: [],
  eventShape: z.strictObject({
    ...envelope,
    request: z.strictObject({
      providerName: text,
      providerType: z.enum(['OIDC', 'SAML', 'Facebook', 'Google', 'SignInWithApple', 'LoginWithAmazon']),
      attributes: z.strictObject({
        tokenResponse: z.union([claims, z.null()]).optional(),
        idToken: part,
        userInfo: part,
        samlResponse: part,
      }),
    }),
    response: z.strictObject({ userAttributesToMap: z.strictObject({}) }),
  }),
  denials: ['This account cannot be used to sign in'],
  proceedsWhenDown: true,
  warmsUp: false,
  wrongSetting: { DROPPED_ATTRIBUTES: ',' },
}
