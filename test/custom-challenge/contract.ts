import * as z from 'zod'
import { envelope, noFields, text, texts, withSub } from '../support/event-shapes.ts'
import type { TriggerTestContract } from '../support/triggers.ts'

const request = {
  // AWS does not document the attributes of a user who does not exist.
  userAttributes: z.union([withSub, noFields]),
  userNotFound: z.boolean().optional(),
  clientMetadata: texts.optional(),
}
const session = z.array(z.strictObject({ challengeName: text, challengeResult: z.boolean(), challengeMetadata: text.nullable() }))

export const contract: TriggerTestContract = {
  budget: { raw: 272_000, gzipped: 95_200 },
  clients: ['dynamodb', 'ses'],
  eventShape: z.union([
    z.strictObject({
      ...envelope,
      request: z.strictObject({ ...request, session }),
      response: z.strictObject({ challengeName: z.null(), issueTokens: z.null(), failAuthentication: z.null() }),
    }),
    z.strictObject({
      ...envelope,
      request: z.strictObject({ ...request, session, challengeName: text }),
      response: z.strictObject({ publicChallengeParameters: z.null(), privateChallengeParameters: z.null(), challengeMetadata: z.null() }),
    }),
    z.strictObject({
      ...envelope,
      request: z.strictObject({ ...request, privateChallengeParameters: texts.nullable(), challengeAnswer: text.optional() }),
      response: z.strictObject({ answerCorrect: z.null() }),
    }),
  ]),
  denials: [],
  proceedsWhenDown: false,
  warmsUp: false,
  wrongSetting: { LIMIT_TABLE: '' },
}
