import type { Broke } from './child-messages.ts'
import type { HandlerLog, LoggedRule } from './handler-log.ts'
import type { SourcePlace } from './source-place.ts'

/** A handler's log with what broke its rules and what they explain of denials, which the handler itself keeps out of it. */
export async function withCauses(log: HandlerLog | null, broke: readonly Broke[], placeOf: SourcePlace): Promise<HandlerLog | null> {
  if (log === null || broke.length === 0) return log
  const causes = new Map(broke.map((cause) => [cause.path, cause]))
  const trace: LoggedRule[] = []
  for (const said of log.trace) {
    const cause = causes.get(said.path)
    const place = cause && (await placeOf(cause.stack))
    trace.push({ ...said, ...(cause && { message: cause.error.message }), ...(place !== undefined && { place }) })
  }
  return { ...log, trace }
}
