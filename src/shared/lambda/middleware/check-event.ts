import type { MiddlewareObj } from '@middy/core'
import { InvalidEvent } from '../errors.ts'
import { attributeProblems } from './attributes.ts'
import { isEvent } from './compiled-event.ts'

type Explain = (input: unknown) => readonly string[]

/**
 * Checks that an event has the shape of a Cognito event. It is never replaced by what the check made of it. Nothing is
 * waited for while events are right; for the first that is not, the part that tells why is loaded.
 *
 * @returns undefined for an event, at once, and otherwise a promise that rejects.
 * @throws InvalidEvent when a part that rules read has another type than Cognito's.
 */
export function assertEvent(input: unknown, load: () => Promise<Explain> = loadExplain): Promise<never> | undefined {
  if (!isEvent(input)) return refuse(input, load)
  const problems = attributeProblems(input)
  return problems === undefined ? undefined : Promise.reject(new InvalidEvent(problems))
}

// An import that a bundler can see and put into a file of its own: with zod in it the handler would start several times slower.
async function loadExplain(): Promise<Explain> {
  return (await import('./explain-event.ts')).explainEvent
}

async function refuse(input: unknown, load: () => Promise<Explain>): Promise<never> {
  // Without an explanation, as when that file was not deployed, the event is refused all the same.
  const explain = await load().catch((): Explain => () => [])
  const problems = explain(input)
  throw new InvalidEvent(problems.length > 0 ? problems : ['event: expected the shape of a Cognito event'])
}

/** The same check as a middy middleware. */
export function checkEvent(): MiddlewareObj {
  return { name: 'check-event', before: ({ event: input }) => assertEvent(input) }
}
