import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../shared/rules/invocation.ts'
import { replaceFiles } from '../lib/replace-files.ts'
import type { ReceivedMail } from '../local/ses/local-ses.ts'
import { type Actual, compare } from './compare.ts'
import type { SideEffects } from './embedded.ts'
import type { Expectation, ExpectedEffects, ExpectedMail, ExpectedRows } from './expectation.ts'

/** The name of a key of an email whose value is in the file, so that the file does not change with every run. */
type MailKey = Exclude<keyof ExpectedMail, 'text' | 'html'>

/** The result of `--update` for one event. */
export interface Update {
  /** The file of the expectation. */
  readonly file: string
  /** `refused` if a new failure prevents the update. */
  readonly state: 'written' | 'unchanged' | 'refused'
  /** The expectation in the file after the update. */
  readonly expectation: Expectation | undefined
}

/** Writes the expectation that a result meets, if the existing expectation differs. */
export async function writeUpdate(file: string, existing: Expectation | undefined, actual: Actual): Promise<Update> {
  const expectation = updateExpectation(existing, actual)
  if (expectation === undefined) return { file, state: 'refused', expectation: existing }
  if (isDeepStrictEqual(existing, expectation)) return { file, state: 'unchanged', expectation }
  await replaceFiles(new Map([[file, `${JSON.stringify(expectation, null, 2)}\n`]]))
  return { file, state: 'written', expectation }
}

/**
 * Returns the expectation that a result meets, for `--update`. Keeps the keys of an existing expectation, and changes only their values.
 * A new expectation has the decision and the effects, but no ids and no times. Excerpts (`text` and `html`) and `responseLike` do not
 * change, because only a person can choose them.
 *
 * @returns undefined if the handler did not run, or if the handler or a rule failed and the existing expectation does not expect that.
 */
export function updateExpectation(expectation: Expectation | undefined, actual: Actual): Expectation | undefined {
  if (actual.outcome === null || isNewFailure(expectation ?? {}, actual)) return undefined
  if (expectation === undefined) return createExpectation(actual)
  const { effects, failedRules } = actual
  const traced = failedRules !== null
  const values: Expectation = {
    outcome: actual.outcome,
    response: actual.response,
    ...(traced && { decidedBy: actual.decidedBy, reason: actual.reason, failedRules }),
    ...(effects && expectation.effects && { effects: updateEffects(expectation.effects, effects, actual) }),
  }
  return { ...expectation, ...pickKeys(values, Object.keys(expectation)) }
}

function isNewFailure(expectation: Expectation, { outcome, failedRules }: Actual): boolean {
  if (outcome === 'failed') return expectation.outcome !== 'failed'
  return failedRules?.some((rule) => !expectation.failedRules?.includes(rule)) ?? false
}

function createExpectation({ outcome, decidedBy, reason, failedRules, effects }: Actual): Expectation {
  return {
    ...(outcome !== null && { outcome }),
    ...(failedRules !== null && { decidedBy, reason }),
    ...(effects !== undefined && createEffects(effects)),
  }
}

/** Returns the effects for a new expectation. Leaves out the ledger and the limits, whose rows follow from the other effects. */
function createEffects({ tables, names, mails, texts }: SideEffects): { readonly effects?: ExpectedEffects } {
  const rows = [...tables].filter(([table]) => table !== names.profiles && table !== names.effects && table !== names.limits)
  const profiles = tables.get(names.profiles)?.length ?? 0
  if (profiles + rows.length + mails.length + texts.length === 0) return {}
  return {
    effects: {
      profiles,
      mails: mails.map((mail) => toExpectedMail(mail, ['to', 'subject'])),
      ...(texts.length > 0 && { texts: texts.map(({ to, text }) => ({ to, text })) }),
      ...(rows.length > 0 && { rows: Object.fromEntries(rows.map(([table, each]) => [table, each.length])) }),
    },
  }
}

function updateEffects(expected: ExpectedEffects, effects: SideEffects, actual: Actual): ExpectedEffects {
  const { tables, names, mails, texts } = effects
  const meets = (part: ExpectedEffects): boolean => compare({ failedRules: actual.failedRules ?? [], effects: part }, actual).length === 0
  const { rows = {} } = expected
  const values: ExpectedEffects = {
    profiles: updateRows(expected.profiles, tables.get(names.profiles) ?? []),
    mails: updateMails(expected.mails, mails),
    texts: Array.isArray(expected.texts) ? texts.map(({ to, text }) => ({ to, text })) : texts.length,
    rows: Object.fromEntries(
      Object.entries(rows).map(([table, each]) => [
        table,
        meets({ rows: { [table]: each } }) ? each : updateRows(each, tables.get(table) ?? []),
      ]),
    ),
  }
  const wrong = Object.keys(expected).filter((key) => !meets(pickKeys(expected, [key])))
  return { ...expected, ...pickKeys(values, wrong) }
}

function updateMails(expected: ExpectedEffects['mails'], mails: readonly ReceivedMail[]): number | readonly ExpectedMail[] {
  if (!Array.isArray(expected)) return mails.length
  return mails.map((mail, index) => {
    const { text, html, ...model }: ExpectedMail = expected[index] ?? expected[0] ?? { to: '', subject: '' }
    const keys = (['to', 'cc', 'bcc', 'from', 'replyTo', 'subject'] as const).filter((key) => Object.hasOwn(model, key))
    return { ...toExpectedMail(mail, keys), ...(text !== undefined && { text }), ...(html !== undefined && { html }) }
  })
}

function toExpectedMail(mail: ReceivedMail, keys: readonly MailKey[]): ExpectedMail {
  return Object.fromEntries(keys.map((key) => [key, simplify(mail[key])]))
}

/** Returns the only item of a list. Returns any other value unchanged. */
function simplify(value: string | readonly string[]): string | readonly string[] {
  return typeof value !== 'string' && value.length === 1 ? (value[0] ?? '') : value
}

function updateRows(expected: ExpectedRows | undefined, rows: readonly Readonly<Record<string, unknown>>[]): ExpectedRows {
  if (!Array.isArray(expected) || expected.length === 0) return rows.length
  return rows.map((row, index) => pickFields(expected[index] ?? expected[0], row))
}

/** Returns the fields of a row that an expected row names, at any depth. */
function pickFields(model: unknown, row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = isObject(model) ? Object.keys(model).filter((name) => Object.hasOwn(row, name)) : []
  return Object.fromEntries(
    names.map((name) => {
      const value = row[name]
      const inner = isObject(model) ? model[name] : undefined
      return [name, isObject(inner) && isObject(value) ? pickFields(inner, value) : value]
    }),
  )
}

function pickKeys<V extends object>(value: V, keys: readonly string[]): Partial<V> {
  const picked: Partial<V> = { ...value }
  for (const key of Object.keys(value)) if (!keys.includes(key)) Reflect.deleteProperty(picked, key)
  return picked
}
