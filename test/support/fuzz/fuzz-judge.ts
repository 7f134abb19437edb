import { emfProblems } from '../emf.ts'
import { MARKER } from './fuzz-emails.ts'
import { oracleBlocks, oracleLetsSignUp, own, type SeededBlock } from './fuzz-oracle.ts'

/** What came out of an invocation. */
export interface Ended {
  readonly folder: string
  /** The texts of its denials that callers may read. */
  readonly denials: readonly string[]
  /** Whether the rules of the handler answer. Then any response may come back. */
  readonly shapesResponse: boolean
  /** The event as JSON. */
  readonly text: string
  readonly answered: { readonly answer: unknown } | { readonly thrown: unknown }
}

const MASKED = 'Something went wrong, please try again later'

/** What is wrong with how an invocation ended. */
export function endingProblems(
  { folder, denials, shapesResponse, text, answered }: Ended,
  blocks: readonly SeededBlock[],
): readonly string[] {
  if ('thrown' in answered) return thrownProblems(denials, answered.thrown)
  // Read anew: nothing that happened to the handler's own copy is in it.
  const event: unknown = JSON.parse(text)
  const problems: string[] = []
  const given = shapesResponse ? withResponse(answered.answer, undefined) : answered.answer
  const expected = shapesResponse ? withResponse(event, undefined) : expectedAnswer(event)
  if (JSON.stringify(given) !== JSON.stringify(expected)) problems.push('the answer is not the whole event as it came in')
  if (folder === 'pre-signup' && !oracleLetsSignUp(event)) problems.push('a sign-up was approved that the oracle would not let in')
  if (folder === 'pre-auth' && oracleBlocks(event, blocks)) problems.push('a blocked user was let in')
  return problems
}

/** Lambda sends the name, the message and the stack of an error. */
function thrownProblems(denials: readonly string[], thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error)) return [`what was thrown is no error: ${typeof thrown}`]
  const { name, message, stack } = thrown
  const known = name === 'TriggerDeniedError' ? denials.includes(message) : name === 'TriggerFailedError' && message === MASKED
  return known && stack === `${name}: ${message}` ? [] : [`an error of ours was expected, not ${name}: ${message.slice(0, 200)}`]
}

/** Where the rules shape no response, what comes back is what came in, with an empty response where there was none. */
function expectedAnswer(event: unknown): unknown {
  const response = own(event, 'response')
  return typeof response === 'object' && response !== null ? event : withResponse(event, {})
}

function withResponse(event: unknown, value: unknown): unknown {
  if (typeof event !== 'object' || event === null) return event
  // A copy by JSON has `__proto__` too as a property of its own.
  return Object.defineProperty(JSON.parse(JSON.stringify(event)), 'response', {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/**
 * Reads the decision out of the log line of an invocation, among all lines that were written while it ran. Each carries
 * metrics, but for the one that tells of a lost effect.
 */
export function judgeLog(
  lines: readonly string[],
  requestId: string,
  text: string,
): { readonly decision: string; readonly problems: readonly string[] } {
  const problems: string[] = []
  let decision = ''
  let ofThisOne = 0
  for (const line of lines) {
    const document = parsed(line)
    problems.push(...(own(document, 'message') === 'effect lost' ? [] : emfProblems(document)))
    if (own(document, 'requestId') !== requestId) continue
    ofThisOne += 1
    decision = String(own(document, 'decision'))
  }
  if (ofThisOne !== 1) problems.push(`${ofThisOne} log lines are of this invocation`)
  if (leaks(lines.join(''), text)) problems.push('a log line holds personal data of the event')
  return { decision, problems }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

// Of fewer different characters, such as a row of @, another text of the event may consist too.
const LEAST_CHARACTERS = 6

/** The marker, or the address as JSON writes it. */
function leaks(log: string, text: string): boolean {
  if (log.includes(MARKER)) return true
  const email = own(own(own(JSON.parse(text), 'request'), 'userAttributes'), 'email')
  return (
    typeof email === 'string' &&
    new Set(email).size >= LEAST_CHARACTERS &&
    email.includes('@') &&
    log.includes(JSON.stringify(email).slice(1, -1))
  )
}
