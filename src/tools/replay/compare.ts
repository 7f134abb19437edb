import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../shared/rules/invocation.ts'
import type { ReceivedMail } from '../local/ses/local-ses.ts'
import type { ReceivedText } from '../local/sns/server.ts'
import type { SideEffects } from './embedded.ts'
import type { Expectation, ExpectedMail, ExpectedText } from './expectation.ts'
import type { TracedRule } from './rule-trace.ts'

/** The actual result of an event, which is compared with the expectation. */
export interface Actual {
  readonly outcome: 'proceed' | 'denied' | 'failed' | null
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly response: unknown
  /** The names of the rules that failed. Null if the handler logged no decision. */
  readonly failedRules: readonly string[] | null
  /** The effects of this event. If absent, `compare` ignores the expected effects. */
  readonly effects?: SideEffects
}

const MOST_TEXT = 200

/**
 * Returns the sorted names of the rules that failed. Leaves out rules in `shadow`, and a combinator that failed only because a rule
 * inside it failed. A rule in `failOpen` counts, because the services of replay work, so its error is a mistake.
 */
export function findFailedRules(trace: readonly TracedRule[]): readonly string[] {
  const failed = trace.filter(({ outcome, shadow }) => outcome === 'error' && !shadow)
  const innermost = failed.filter((rule) => !failed.some((other) => other.path.startsWith(`${rule.path}.`)))
  return [...new Set(innermost.map(({ rule }) => rule))].sort()
}

/**
 * Compares a result with its expectation. Without `failedRules` in the expectation, no rule may fail, unless the handler failed.
 *
 * @returns One line for each difference.
 */
export function compare(expectation: Expectation, actual: Actual): readonly string[] {
  // A handler that was not made with Lifeguard logs no decision, so only its outcome, response and effects can be compared.
  const keys = actual.failedRules === null ? (['outcome', 'response'] as const) : (['outcome', 'decidedBy', 'reason', 'response'] as const)
  return [
    ...keys.flatMap((key) => (Object.hasOwn(expectation, key) ? compareValue(key, expectation[key], actual[key]) : [])),
    ...(expectation.responseLike === undefined ? [] : compareFields('response', expectation.responseLike, actual.response)),
    ...compareFailedRules(expectation.failedRules, actual),
    ...(actual.effects === undefined ? [] : compareEffects(expectation.effects ?? {}, actual.effects)),
  ]
}

function compareFailedRules(expected: Expectation['failedRules'], { failedRules, outcome }: Actual): readonly string[] {
  if (failedRules === null || outcome === null) return []
  if (expected !== undefined) return compareValue('failedRules', expected.toSorted(), failedRules)
  return outcome === 'failed' || failedRules.length === 0 ? [] : [`expected no rule to fail, got ${failedRules.join(', ')}`]
}

function compareEffects(expected: NonNullable<Expectation['effects']>, { tables, names, mails, texts }: SideEffects): readonly string[] {
  const { profiles, rows = {} } = expected
  const getRows = (table: string): readonly object[] => tables.get(table) ?? []
  return [
    ...compareList('profiles', profiles, getRows(names.profiles), compareFields, JSON.stringify),
    ...Object.entries(rows).flatMap(([table, each]) => compareList(`rows.${table}`, each, getRows(table), compareFields, JSON.stringify)),
    ...compareList('mails', expected.mails, mails, compareMail, ({ to, subject }) => `"${subject}" to ${to.join(', ')}`),
    ...compareList('texts', expected.texts, texts, compareText, ({ to, text }) => `"${text}" to ${to}`),
  ]
}

/**
 * Compares items with an expected count, or with a list of expected items in any order.
 *
 * @param differ Returns the differences between an expected and an actual item. Its first parameter is the place of the expected item.
 * @param describe Describes an item that is not expected.
 */
function compareList<E, A>(
  key: string,
  expected: number | readonly E[] | undefined,
  actual: readonly A[],
  differ: (place: string, expected: E, actual: A) => readonly string[],
  describe: (item: A) => string,
): readonly string[] {
  if (expected === undefined) return []
  if (typeof expected === 'number') return compareValue(key, expected, actual.length)
  const matched = matchItems(expected, actual, (item, candidate) => differ('', item, candidate).length === 0)
  const left = actual.filter((item) => ![...matched.values()].includes(item))
  const missing = expected.flatMap((item, index) => {
    if (matched.has(item)) return []
    const place = `${key}[${index}]`
    // Compares with the most similar item that is left, because that is probably the item that the user means.
    const [closest] = left.toSorted((a, b) => differ('', item, a).length - differ('', item, b).length)
    if (closest === undefined) return [`expected ${place} ${formatValue(item)}, got none`]
    left.splice(left.indexOf(closest), 1)
    return differ(place, item, closest)
  })
  return [...missing, ...left.map((item) => `expected no other item in ${key}, got ${truncate(describe(item))}`)]
}

/** Assigns to each expected item an actual item that matches, so that as many as possible have one. */
function matchItems<E, A>(expected: readonly E[], actual: readonly A[], matches: (expected: E, actual: A) => boolean): Map<E, A> {
  const owners = new Map<A, E>()
  const assign = (item: E, tried: Set<A>): boolean =>
    actual.some((candidate) => {
      if (tried.has(candidate) || !matches(item, candidate)) return false
      tried.add(candidate)
      const owner = owners.get(candidate)
      if (owner !== undefined && !assign(owner, tried)) return false
      owners.set(candidate, item)
      return true
    })
  for (const item of expected) assign(item, new Set())
  return new Map([...owners].map(([candidate, item]) => [item, candidate]))
}

/** Compares the expected fields of an object, at any depth. Ignores other fields. */
function compareFields(place: string, expected: unknown, actual: unknown): readonly string[] {
  if (!isObject(expected) || !isObject(actual)) return compareValue(place, expected, actual)
  return Object.entries(expected).flatMap(([name, value]) =>
    compareFields(`${place}.${name}`, value, Object.hasOwn(actual, name) ? actual[name] : undefined),
  )
}

function compareText(place: string, { to, text }: ExpectedText, actual: ReceivedText): readonly string[] {
  const other = text === undefined || actual.text.includes(text) ? [] : compareValue(`${place}.text`, text, actual.text)
  return to === undefined ? other : [...compareValue(`${place}.to`, to, actual.to), ...other]
}

function compareMail(place: string, expected: ExpectedMail, actual: ReceivedMail): readonly string[] {
  const { subject } = expected
  const lists = (['to', 'cc', 'bcc', 'from', 'replyTo'] as const).flatMap((field) => {
    const wanted = expected[field]
    if (wanted === undefined) return []
    const got = [actual[field]].flat()
    const same = [wanted].flat().length === got.length && [wanted].flat().every((each, index) => isSameMailbox(each, got[index] ?? ''))
    return same ? [] : compareValue(`${place}.${field}`, wanted, typeof wanted === 'string' && got.length === 1 ? got[0] : got)
  })
  const parts = (['text', 'html'] as const).flatMap((part) => {
    const wanted = expected[part]
    const got = actual[part]
    if (wanted === undefined || got?.includes(wanted)) return []
    return [`expected ${place}.${part} to contain ${formatValue(wanted)}, got ${formatValue(got)}`]
  })
  return [...lists, ...(subject === undefined ? [] : compareValue(`${place}.subject`, subject, actual.subject)), ...parts]
}

/** Returns true if a mailbox is the expected one. An expected address without a display name matches any display name. */
function isSameMailbox(expected: string, actual: string): boolean {
  return actual === expected || actual.endsWith(` <${expected}>`)
}

function compareValue(key: string, expected: unknown, actual: unknown): readonly string[] {
  return isDeepStrictEqual(expected, actual) ? [] : [`expected ${key} ${formatValue(expected)}, got ${formatValue(actual)}`]
}

function formatValue(value: unknown): string {
  return truncate(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'))
}

function truncate(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}…`
}
