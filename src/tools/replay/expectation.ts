import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { withoutMark } from '../../shared/lines.ts'
import { UsageError } from '../lib/errors.ts'
import { DEEPEST, isTooDeep, parseJson } from '../lib/json.ts'

/** The expected result of an event. Replay compares only the keys that are present. */
export interface Expectation {
  readonly outcome?: unknown
  readonly decidedBy?: unknown
  readonly reason?: unknown
  readonly response?: unknown
  readonly effects?: Effects
}

/** The expected effects of an event: the number of profiles written and of emails sent. */
export interface Effects {
  readonly profiles?: unknown
  readonly mails?: unknown
}

const count = z.int().nonnegative().optional()
const schema = z.strictObject({
  outcome: z.enum(['proceed', 'denied', 'failed']).optional(),
  decidedBy: z.string().nullable().optional(),
  reason: z.string().nullable().optional(),
  response: z.unknown().optional(),
  effects: z.strictObject({ profiles: count, mails: count }).optional(),
})
const KEYS = Object.keys(schema.shape)

/**
 * Reads the expectation beside an event file: `case.expect.json` beside `case.json`.
 *
 * @returns undefined without an expectation.
 * @throws UsageError if the file is not JSON, or has an unknown key or a value of the wrong type.
 */
export async function readExpectation(eventFile: string): Promise<Expectation | undefined> {
  if (!eventFile.endsWith('.json')) return undefined
  const file = eventFile.replace(/\.json$/, '.expect.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const expectation = parseJson(file, withoutMark(text))
  if (isTooDeep(expectation)) throw new UsageError(`${file}: nested more than ${DEEPEST} levels deep`)
  const { error } = schema.safeParse(expectation)
  if (error === undefined) return Object(expectation)
  throw new UsageError(`${file}: ${describeIssue(error.issues[0])}`)
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys' && issue.path.length === 0)
    return `unknown key '${issue.keys[0]}'; expected one of ${KEYS.join(', ')}`
  return issue === undefined || issue.path.length === 0 ? 'expected a JSON object' : `${issue.path.join('.')}: ${issue.message}`
}

/** The actual result of an event, which is compared with the expectation. */
export interface Actual {
  readonly outcome: unknown
  readonly decidedBy: unknown
  readonly reason: unknown
  readonly response: unknown
  /** True if the handler logged its decision. */
  readonly traced: boolean
  /** The counted effects. If absent, `compare` ignores the expected effects. */
  readonly effects?: Required<Effects>
}

/** Compares a result with its expectation. Returns one line for each difference. */
export function compare(expectation: Expectation, actual: Actual): readonly string[] {
  // A handler that was not made with Lifeguard logs no decision, so only its outcome and response can be compared.
  const keys = actual.traced ? (['outcome', 'decidedBy', 'reason', 'response'] as const) : (['outcome', 'response'] as const)
  const plain = keys.flatMap((key) => (Object.hasOwn(expectation, key) ? findDifference(key, expectation[key], actual[key]) : []))
  const { effects } = actual
  if (effects === undefined) return plain
  return [
    ...plain,
    ...(['profiles', 'mails'] as const).flatMap((key) => {
      const expected = expectation.effects?.[key]
      return expected === undefined ? [] : findDifference(key, expected, effects[key])
    }),
  ]
}

function findDifference(key: string, expected: unknown, actual: unknown): readonly string[] {
  return isDeepStrictEqual(expected, actual) ? [] : [`expected ${key} ${formatValue(expected)}, got ${formatValue(actual)}`]
}

function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
