import type { Broke } from './child-messages.ts'
import type { HandlerLog, LoggedRule } from './handler-log.ts'
import type { SourcePlace } from './source-place.ts'
import { EXPLANATION } from './watch-rules.ts'

/** A handler's log with what broke its rules and what they explain of denials, which the handler itself keeps out of it. */
export async function withCauses(log: HandlerLog | null, broke: readonly Broke[], placeOf: SourcePlace): Promise<HandlerLog | null> {
  if (log === null || broke.length === 0) return log
  const left = [...broke]
  const causeOf = (said: LoggedRule): Broke | undefined => {
    const name = said.outcome === 'deny' ? EXPLANATION : said.error
    const at = left.findIndex(({ rule, error }) => rule === said.rule && error.name === name)
    return at === -1 ? undefined : left.splice(at, 1)[0]
  }
  const trace: LoggedRule[] = []
  for (const said of log.trace) {
    const cause = causeOf(said)
    const place = cause && (await placeOf(cause.stack))
    trace.push({ ...said, ...(cause && { message: cause.error.message }), ...(place !== undefined && { place }) })
  }
  return { ...log, trace }
}
