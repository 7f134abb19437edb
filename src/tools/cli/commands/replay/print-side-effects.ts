import type { SideEffects } from '../../../replay/embedded.ts'
import { createPart, type Line } from '../../io.ts'
import { escapeText, formatTable, truncate } from '../../text.ts'

type Row = Readonly<Record<string, unknown>>

const MOST_ROWS = 20
const MOST_COLUMNS = 6
// The width of the column of user names: the length of a UUID, because user names are UUIDs in many pools.
const USER_WIDTH = 36
const CELL_WIDTH = 30

/**
 * Formats the rows and messages in the embedded services. Leaves out the ledger of effects and the limits, because their rows say nothing
 * that the results of the events do not say.
 */
export function formatSideEffects({ tables, names, mails, texts }: SideEffects): readonly Line[] {
  const profiles = tables.get(names.profiles) ?? []
  const others = [...tables].filter(([table]) => table !== names.profiles && table !== names.effects && table !== names.limits)
  if (profiles.length + others.length + mails.length + texts.length === 0) return ['', 'No profiles written, no emails sent']
  const parts = [
    ...(profiles.length === 0 ? [] : [formatRows('Profiles written', profiles, PROFILE_HEAD, toProfileCells)]),
    ...others.map(([table, rows]) => {
      const columns = [...new Set(rows.flatMap(Object.keys))].slice(0, MOST_COLUMNS)
      return formatRows(`Rows written to ${table}`, rows, columns, (row) => columns.map((column) => formatCell(row[column])))
    }),
    formatMails(mails),
    ...(texts.length === 0 ? [] : [formatRows('Text messages sent', texts, ['to', 'text'], ({ to, text }) => [to, text])]),
  ]
  return parts.flatMap((lines) => ['', ...lines])
}

/** Formats the emails. Shows their codes, if there are any, because no one else can read this inbox. */
function formatMails(mails: SideEffects['mails']): readonly Line[] {
  const codes = new Map(mails.map((mail) => [mail, /\b\d{6,10}\b/.exec(mail.text ?? '')?.[0] ?? '']))
  const hasCodes = [...codes.values()].some((code) => code !== '')
  return formatRows('Emails sent', mails, ['to', 'subject', ...(hasCodes ? ['code'] : [])], (mail) => [
    mail.to.join(', '),
    mail.subject,
    ...(hasCodes ? [codes.get(mail) ?? ''] : []),
  ])
}

function formatRows<R>(
  title: string,
  items: readonly R[],
  head: readonly string[],
  toCells: (item: R) => readonly string[],
): readonly Line[] {
  const heading = createPart('bold', `${title}: ${items.length}`)
  if (items.length === 0) return [heading]
  const [first = '', ...lines] = formatTable(head, items.slice(0, MOST_ROWS).map(toCells))
  const more = items.length > MOST_ROWS ? [createPart('dim', `  and ${(items.length - MOST_ROWS).toLocaleString('en')} more`)] : []
  return [heading, createPart('dim', first), ...lines, ...more]
}

const PROFILE_HEAD = ['user', 'email', 'confirmed', 'sign-ins', 'reset']

function toProfileCells(row: Row): readonly string[] {
  const { attributes, signInCount, confirmedAt, passwordResetAt } = row
  const email = typeof attributes === 'object' && attributes !== null && 'email' in attributes ? attributes.email : undefined
  return [
    formatCell(row.userName ?? row.pk, USER_WIDTH),
    formatCell(email),
    confirmedAt === undefined ? '' : 'yes',
    formatCell(signInCount ?? 0),
    passwordResetAt === undefined ? '' : 'yes',
  ]
}

// Formats a value of any type, because a handler may have written a value of the wrong type to the table.
function formatCell(value: unknown, width: number = CELL_WIDTH): string {
  return truncate(escapeText(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')), width)
}
