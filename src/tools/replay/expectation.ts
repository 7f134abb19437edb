import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { DEEPEST, isTooDeep, parseJson, withoutMark } from '../lib/json.ts'

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

const KEYS = ['outcome', 'decidedBy', 'reason', 'response', 'effects']

/**
 * Reads the expectation beside an event file: `case.expect.json` beside `case.json`.
 *
 * @returns undefined where there is none.
 * @throws UsageError when it cannot be read, or holds a key that means nothing.
 */
export async function readExpectation(eventFile: string): Promise<Expectation | undefined> {
  if (!eventFile.endsWith('.json')) return undefined
  const file = eventFile.replace(/\.json$/, '.expect.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const expectation = parseJson(file, withoutMark(text))
  if (isTooDeep(expectation)) throw new UsageError(`${file}: nested more than ${DEEPEST} levels deep`)
  const unknown = isObject(expectation) ? Object.keys(expectation).find((key) => !KEYS.includes(key)) : ''
  if (unknown === undefined) return Object(expectation)
  throw new UsageError(unknown === '' ? `${file}: not an object` : `${file}: '${unknown}' is none of ${KEYS.join(', ')}`)
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
  const plain = keys.flatMap((key) => (Object.hasOwn(expectation, key) ? difference(key, expectation[key], actual[key]) : []))
  const { effects } = actual
  if (effects === undefined) return plain
  return [
    ...plain,
    ...(['profiles', 'mails'] as const).flatMap((key) => {
      const expected = expectation.effects?.[key]
      return expected === undefined ? [] : difference(key, expected, effects[key])
    }),
  ]
}

function difference(key: string, expected: unknown, actual: unknown): readonly string[] {
  return isDeepStrictEqual(expected, actual) ? [] : [`expected ${key} ${shown(expected)}, got ${shown(actual)}`]
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
