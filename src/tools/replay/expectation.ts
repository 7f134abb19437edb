import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { withoutMark } from '../../shared/lines.ts'
import { UsageError } from '../lib/errors.ts'
import { DEEPEST, isTooDeep, parseJson } from '../lib/json.ts'

/** What an event must come to; what is left out is not compared. */
export interface Expectation {
  readonly outcome?: unknown
  readonly decidedBy?: unknown
  readonly reason?: unknown
  readonly response?: unknown
  readonly effects?: Effects
}

/** What an event must leave behind: the number of profiles written and of mails sent. */
export interface Effects {
  readonly profiles?: unknown
  readonly mails?: unknown
}

const count = z.int().nonnegative().optional()
const schema = z.strictObject({
  outcome: z.string().optional(),
  decidedBy: z.string().nullable().optional(),
  reason: z.string().nullable().optional(),
  response: z.unknown().optional(),
  effects: z.strictObject({ profiles: count, mails: count }).optional(),
})
const KEYS = Object.keys(schema.shape)

/**
 * Reads the expectation beside an event file: `case.expect.json` beside `case.json`.
 *
 * @returns undefined where there is none.
 * @throws UsageError when it cannot be read, or holds a key that means nothing or a value of another type.
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
  if (issue?.code === 'unrecognized_keys' && issue.path.length === 0) return `'${issue.keys[0]}' is none of ${KEYS.join(', ')}`
  return issue === undefined || issue.path.length === 0 ? 'not an object' : `${issue.path.join('.')}: ${issue.message}`
}

/** What is compared with an expectation. */
export interface Actual {
  readonly outcome: unknown
  readonly decidedBy: unknown
  readonly reason: unknown
  readonly response: unknown
  /** Whether the handler told how it decided. */
  readonly traced: boolean
  /** Absent where nobody counted. */
  readonly effects?: Required<Effects>
}

/** Says for people what is not as expected; nothing where everything is. */
export function compare(expectation: Expectation, actual: Actual): readonly string[] {
  // Without a trace, as with a handler that was not made with Lifeguard, nobody knows who decided and why.
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
