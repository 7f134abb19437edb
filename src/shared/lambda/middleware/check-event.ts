import type { MiddlewareObj } from '@middy/core'
import * as z from 'zod/mini'
import { InvalidEvent } from '../errors.ts'

// AWS: events "might change with new features" and "stricter input validation can cause your functions to fail". So this
// refuses only what would make a rule read the wrong thing, and lets through what Cognito adds, leaves out or sends as null.
const EXPECTED_OBJECT = 'expected an object'
const text = z.nullish(z.string('expected a string'))
const record = z.nullish(z.looseObject({}, EXPECTED_OBJECT))
const event = z.looseObject(
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

/**
 * Checks that an event has the shape of a Cognito event. It is never replaced by what the check made of it.
 *
 * @throws InvalidEvent when a part that rules read has another type than Cognito's.
 */
export function assertEvent(input: unknown): void {
  const { error } = event.safeParse(input)
  if (error === undefined) return
  throw new InvalidEvent(error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`))
}

/** The same check as a middy middleware. */
export function checkEvent(): MiddlewareObj {
  return { name: 'check-event', before: ({ event: input }) => assertEvent(input) }
}
