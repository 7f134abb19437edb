import type { DecisionMessage, ThrownError, TracedDecision, TraceFields, TraceMessage } from './child-messages.ts'
import type { SourcePlace } from './source-place.ts'

/** One entry of the trace of a Lifeguard handler. */
export interface TracedRule extends TraceFields {
  /** The messages of the error and its causes, or the text with which the rule explains a denial. */
  readonly message?: string
  /** The place in the sources where the error was thrown, such as `src/pre-signup.ts:12`. Absent if unknown. */
  readonly place?: string
}

/** The decision of a Lifeguard handler, with the places of errors. */
export type HandlerDecision = TracedDecision<TracedRule>

/** Converts a decision from the handler's process. Finds the places of errors in the sources. */
export async function toHandlerDecision(message: DecisionMessage, findPlace: SourcePlace): Promise<HandlerDecision> {
  const { trace, ...rest } = message
  const traced: TracedRule[] = []
  for (const entry of trace) traced.push(await toTracedRule(entry, findPlace))
  return { ...rest, trace: traced }
}

async function toTracedRule({ explanation, thrown, ...entry }: TraceMessage, findPlace: SourcePlace): Promise<TracedRule> {
  const message = thrown === undefined ? explanation : joinCauses(thrown)
  const place = thrown && (await findPlace(thrown.stack))
  return { ...entry, ...(message !== undefined && { message }), ...(place !== undefined && { place }) }
}

/** Formats a thrown value in one line: its name, its message, the messages of its causes, and its place. */
export async function formatThrown(thrown: ThrownError, findPlace: SourcePlace): Promise<string> {
  const place = await findPlace(thrown.stack)
  const message = joinCauses(thrown).replaceAll(/\s+/g, ' ').trim()
  const text = message === '' ? thrown.name : `${thrown.name}: ${message}`
  return place === undefined ? text : `${text} (${place})`
}

function joinCauses({ message, causes }: ThrownError): string {
  return [message, ...causes].filter((text) => text !== '').join(': ')
}
