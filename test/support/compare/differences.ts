import { readFile } from 'node:fs/promises'
import type { Recorded } from './jobs.ts'

/**
 * Maps each name of the old version to its name in the new version. Log lines, errors and requests may differ only in these names.
 */
export const RENAMED: ReadonlyMap<string, string> = new Map([
  ['broken', 'error'],
  ['together', 'parallel'],
  ['Breakages', 'RuleErrors'],
  ['nobody-vouched', 'no-rule-allowed'],
  ['cutOff', 'delivery'],
  ['owedPutAt', 'effectsEnqueuedAt'],
  ['WELCOME_EMAIL_CUT_OFF', 'WELCOME_EMAIL_DELIVERY'],
])

// For a rule that answers, the trace of the old version has the outcome `skip`, and the trace of the new version has `answer`.
const ANSWERED = ['"outcome":"answer"', '"outcome":"skip"'] as const

/** A difference between two versions in one field. */
export interface Difference {
  readonly label: string
  readonly field: string
  readonly old: string
  readonly new: string
}

/** Compares the records of two versions. Calls `found` for each difference, and returns the number of events. */
export async function compareFiles(oldFile: string, newFile: string, found: (difference: Difference) => void): Promise<number> {
  const [olds, news] = await Promise.all([oldFile, newFile].map(readRecords))
  if (olds?.length !== news?.length) throw new Error(`The old version has ${olds?.length} records and the new one ${news?.length}`)
  olds?.forEach((record, at) => {
    const old = toFields(record, true)
    const now = toFields(news?.[at] ?? record, false)
    for (const field of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const [before = '(nothing)', after = '(nothing)'] = [old[field], now[field]]
      if (before !== after) found({ label: record.label, field, old: before, new: after })
    }
  })
  return olds?.length ?? 0
}

async function readRecords(file: string): Promise<readonly Recorded[]> {
  // Does not use readline, which also splits lines at U+2028.
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line): Recorded => JSON.parse(line))
}

function toFields({ label, answer, error, requests, lines }: Recorded, isOld: boolean): Readonly<Record<string, string>> {
  const rename = (text: string): string => (isOld ? renameOldWords(text) : text.replaceAll(...ANSWERED))
  return {
    label,
    ...(answer !== undefined && { answer }),
    ...(error && { error: rename(`${error.name}: ${error.message}`) }),
    ...Object.fromEntries(requests.map((request, at) => [`request ${at}`, rename(withoutChance(request))])),
    ...Object.fromEntries(lines.map((line, at) => [`line ${at}`, rename(withoutChance(withoutTimes(line)))])),
  }
}

function renameOldWords(text: string): string {
  return text.replace(/\b[A-Za-z][\w-]*\b/g, (word) => RENAMED.get(word) ?? word)
}

/** Removes durations and stack frames, which differ between runs and builds. */
function withoutTimes(line: string): string {
  return line.replace(/"(ms|durationMs|Duration)":[\d.e-]+/g, '"$1":0').replace(/"frames":\[(?:"(?:[^"\\]|\\.)*",?)*\]/g, '"frames":[]')
}

/** Replaces random UUIDs, such as claim tokens, by numbers. Equal UUIDs get the same number. */
function withoutChance(text: string): string {
  const seen: string[] = []
  return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
    if (!seen.includes(id)) seen.push(id)
    return `uuid-${seen.indexOf(id)}`
  })
}
