import type { SideEffects } from '../../../replay/embedded.ts'
import { createPart, type Line } from '../../io.ts'
import { escapeText, formatTable, truncate } from '../../text.ts'

const MOST_ROWS = 20
// The width of the column of user names: the length of a UUID, because user names are UUIDs in many pools.
const USER_WIDTH = 36
const EMAIL_WIDTH = 30

/** Formats the profiles and emails in the embedded services. */
export function formatSideEffects({ profiles, mails }: SideEffects): readonly Line[] {
  if (profiles.length === 0 && mails.length === 0) return ['', 'No profiles written, no emails sent']
  return [
    '',
    createPart('bold', `Profiles written: ${profiles.length}`),
    ...formatRows(['user', 'email', 'confirmed', 'sign-ins', 'reset'], profiles, toProfileRow),
    '',
    createPart('bold', `Emails sent: ${mails.length}`),
    ...formatRows(['to', 'subject'], mails, (mail) => [mail.to.join(', '), mail.subject]),
  ]
}

function formatRows<R>(head: readonly string[], items: readonly R[], row: (item: R) => readonly string[]): readonly Line[] {
  if (items.length === 0) return []
  const [first = '', ...lines] = formatTable(head, items.slice(0, MOST_ROWS).map(row))
  const more = items.length > MOST_ROWS ? [createPart('dim', `  and ${(items.length - MOST_ROWS).toLocaleString('en')} more`)] : []
  return [createPart('dim', first), ...lines, ...more]
}

function toProfileRow(row: Readonly<Record<string, unknown>>): readonly string[] {
  const { attributes, signInCount, confirmedAt, passwordResetAt } = row
  const email = typeof attributes === 'object' && attributes !== null && 'email' in attributes ? formatValue(attributes.email) : ''
  return [
    truncate(escapeText(formatValue(row.userName ?? row.pk)), USER_WIDTH),
    truncate(escapeText(email), EMAIL_WIDTH),
    confirmedAt === undefined ? '' : 'yes',
    formatValue(signInCount ?? 0),
    passwordResetAt === undefined ? '' : 'yes',
  ]
}

// Formats a value of any type, because a handler may have written a value of the wrong type to the table.
function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
