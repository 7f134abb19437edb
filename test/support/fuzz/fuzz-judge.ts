import { emfProblems } from '../emf.ts'
import { ANSWER_ORACLES } from './answer-oracle.ts'
import { MARKER } from './fuzz-emails.ts'
import { oracleBlocks, oracleLetsSignUp, own, type SeededBlock } from './fuzz-oracle.ts'

/** The result of an invocation. */
export interface Ended {
  /** The name of the function in serverless.yml. */
  readonly name: string
  /** The messages of the handler's denials, which callers may read. */
  readonly denials: readonly string[]
  /** True if the handler's rules answer. Then any response is valid. */
  readonly shapesResponse: boolean
  /** The event as JSON. */
  readonly text: string
  readonly answered: { readonly answer: unknown } | { readonly thrown: unknown }
}

const MASKED = 'Something went wrong, please try again later'

/** Checks the result of an invocation. Returns one message for each problem. */
export function endingProblems(
  { name, denials, shapesResponse, text, answered }: Ended,
  blocks: readonly SeededBlock[],
): readonly string[] {
  if ('thrown' in answered) return thrownProblems(denials, answered.thrown)
  // Parses the event again, because the handler may have changed its copy.
  const event: unknown = JSON.parse(text)
  const problems: string[] = []
  const given = shapesResponse ? withResponse(answered.answer, undefined) : answered.answer
  const expected = shapesResponse ? withResponse(event, undefined) : expectedAnswer(event)
  if (JSON.stringify(given) !== JSON.stringify(expected)) problems.push('the answer differs from the event')
  if (name === 'preSignUp' && !oracleLetsSignUp(event)) problems.push('the handler approved a sign-up that the oracle rejects')
  const response = own(answered.answer, 'response')
  // A fuzzed event may have an answer already. The handler may leave it as it is.
  const changed = JSON.stringify(response) !== JSON.stringify(own(event, 'response'))
  const problem = changed || name === 'preTokenGeneration' ? ANSWER_ORACLES[name]?.({ event, response, blocks }) : undefined
  if (problem !== undefined) problems.push(problem)
  if (name === 'preAuthentication' && oracleBlocks(event, blocks)) problems.push('the handler let a blocked user in')
  return problems
}

/** Checks a thrown value. Lambda sends an error's name, message and stack to the caller. */
function thrownProblems(denials: readonly string[], thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error)) return [`the thrown value is not an Error: ${typeof thrown}`]
  const { name, message, stack } = thrown
  const known = name === 'TriggerDeniedError' ? denials.includes(message) : name === 'TriggerFailedError' && message === MASKED
  return known && stack === `${name}: ${message}` ? [] : [`expected an error of Lifeguard, got ${name}: ${message.slice(0, 200)}`]
}

/** Returns the expected answer of a handler whose rules do not answer: the event, with an empty response if it has none. */
function expectedAnswer(event: unknown): unknown {
  const response = own(event, 'response')
  return typeof response === 'object' && response !== null ? event : withResponse(event, {})
}

function withResponse(event: unknown, value: unknown): unknown {
  if (typeof event !== 'object' || event === null) return event
  // Copies by JSON, which keeps `__proto__` as an own property.
  return Object.defineProperty(JSON.parse(JSON.stringify(event)), 'response', {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/**
 * Finds the decision of an invocation in the lines that were written while it ran, and checks the lines. Each line must contain
 * metrics, except the message `effect lost`.
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
  if (ofThisOne !== 1) problems.push(`expected one log line of this invocation, got ${ofThisOne}`)
  if (leaks(lines.join(''), text)) problems.push('a log line contains personal data of the event')
  return { decision, problems }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

// The log is not searched for addresses with fewer different characters, such as @@@@, which other strings may contain by chance.
const LEAST_CHARACTERS = 6

/** Returns true if the log contains the fuzzer's marker, or the event's email address as it is written in JSON. */
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
