import * as z from 'zod/mini'

// AWS: events "might change with new features" and "stricter input validation can cause your functions to fail". So this
// refuses only what would make a rule read the wrong thing, and lets through what Cognito adds, leaves out or sends as null.
const EXPECTED_OBJECT = 'expected an object'
const text = z.nullish(z.string('expected a string'))
const record = z.nullish(z.looseObject({}, EXPECTED_OBJECT))

/** The shape of a Cognito event, as far as rules read it. What `compiled-event.ts` is written from. */
export const eventSchema: z.ZodMiniType = z.looseObject(
  {
    triggerSource: text,
    userPoolId: text,
    userName: text,
    callerContext: z.nullish(z.looseObject({ clientId: text }, EXPECTED_OBJECT)),
    request: z.nullish(z.looseObject({ userAttributes: record, validationData: record, clientMetadata: record }, EXPECTED_OBJECT)),
    response: record,
  },
  EXPECTED_OBJECT,
)
