import { eventSchema } from './event-schema.ts'

/** Where an event is wrong and what was expected there, without any of its values. Loads zod: only for events that were refused. */
export function explainEvent(input: unknown): readonly string[] {
  const { error } = eventSchema.safeParse(input)
  return error === undefined ? [] : error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`)
}
