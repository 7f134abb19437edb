import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { withoutMark } from '../../shared/lines.ts'
import { UsageError } from '../lib/errors.ts'
import { DEEPEST, isTooDeep, parseJson } from '../lib/json.ts'

/** The expected result of an event. Replay compares only the keys that are present. */
export interface Expectation {
  readonly outcome?: 'proceed' | 'denied' | 'failed'
  readonly decidedBy?: string | null
  readonly reason?: string | null
  readonly response?: unknown
  /** The fields of the response to compare, at any depth. For a response with random or changing values. */
  readonly responseLike?: unknown
  /** The names of the rules that fail. */
  readonly failedRules?: readonly string[]
  readonly effects?: ExpectedEffects
}

/** The expected effects of an event: a number of rows, emails or text messages, or a list with the fields to compare. */
export interface ExpectedEffects {
  readonly profiles?: ExpectedRows
  readonly mails?: number | readonly ExpectedMail[]
  readonly texts?: number | readonly ExpectedText[]
  /** The expected rows of other tables, by the table's name. */
  readonly rows?: Readonly<Record<string, ExpectedRows>>
}

/** The expected rows of a table. */
export type ExpectedRows = number | readonly Readonly<Record<string, unknown>>[]

/** The expected fields of an email. `text` and `html` are excerpts. */
export interface ExpectedMail {
  readonly to?: string | readonly string[]
  readonly cc?: string | readonly string[]
  readonly bcc?: string | readonly string[]
  readonly from?: string
  readonly replyTo?: string | readonly string[]
  readonly subject?: string
  readonly text?: string
  readonly html?: string
}

/** The expected fields of a text message. `text` is an excerpt. */
export interface ExpectedText {
  readonly to?: string
  readonly text?: string
}

const count = z.int().nonnegative()
const rows = z.union([count, z.array(z.record(z.string(), z.unknown()))], {
  error: 'expected a number, or a list of rows with the fields to compare',
})
const addresses = z.union([z.string(), z.array(z.string())], { error: 'expected an address, or a list of addresses' })
const mail = z.strictObject({
  to: addresses.optional(),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  from: z.string().optional(),
  replyTo: addresses.optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
})
const effects = z.strictObject({
  profiles: rows.optional(),
  mails: z.union([count, z.array(mail)], { error: 'expected a number, or a list of emails with the fields to compare' }).optional(),
  texts: z
    .union([count, z.array(z.strictObject({ to: z.string().optional(), text: z.string().optional() }))], {
      error: 'expected a number, or a list of text messages with the fields to compare',
    })
    .optional(),
  rows: z.record(z.string(), rows).optional(),
})
const schema = z.strictObject({
  outcome: z.enum(['proceed', 'denied', 'failed']).optional(),
  decidedBy: z.string().nullable().optional(),
  reason: z.string().nullable().optional(),
  response: z.unknown().optional(),
  responseLike: z.unknown().optional(),
  failedRules: z.array(z.string()).optional(),
  effects: effects.optional(),
})
// The keys at each level of an expectation file: at the top, in `effects`, and in an email.
const KEYS = [Object.keys(schema.shape), Object.keys(effects.shape)]
const MAIL_KEYS = Object.keys(mail.shape)

/** Returns the path of the expectation of an event file: `case.expect.json` beside `case.json`. Undefined for other files. */
export function findExpectationFile(eventFile: string): string | undefined {
  return eventFile.endsWith('.json') ? eventFile.replace(/\.json$/, '.expect.json') : undefined
}

/**
 * Reads the expectation beside an event file.
 *
 * @returns undefined without an expectation.
 * @throws UsageError if the file is not JSON, or has an unknown key or a value of the wrong type.
 */
export async function readExpectation(eventFile: string): Promise<Expectation | undefined> {
  const file = findExpectationFile(eventFile)
  const text = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined)
  if (file === undefined || text === undefined) return undefined
  const expectation = parseJson(file, withoutMark(text))
  if (isTooDeep(expectation)) throw new UsageError(`${file}: nested more than ${DEEPEST} levels deep`)
  const { error } = schema.safeParse(expectation)
  // Returns the parsed JSON and not zod's copy, because the copy has another order of keys.
  if (error === undefined) return Object(expectation)
  throw new UsageError(`${file}: ${describeIssue(error.issues[0])}`)
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_union') {
    // The issue at the deepest path belongs to the form that the user meant.
    const [deepest] = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length)
    if (deepest !== undefined && deepest.path.length > 0) return describeIssue({ ...deepest, path: [...issue.path, ...deepest.path] })
  }
  const path = (issue?.path ?? []).map(String)
  const place = path.length === 0 ? '' : `${path.join('.')}: `
  if (issue?.code === 'unrecognized_keys')
    return `${place}unknown key '${issue.keys[0]}'; expected one of ${(KEYS[path.length] ?? MAIL_KEYS).join(', ')}`
  return issue === undefined || path.length === 0 ? 'expected a JSON object' : `${place}${issue.message}`
}
