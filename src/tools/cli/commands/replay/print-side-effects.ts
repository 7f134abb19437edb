import type { SideEffects } from '../../../replay/embedded.ts'
import { type Line, styled } from '../../io.ts'
import { cut, escapeText, tableOf } from '../../text.ts'

const MOST_ROWS = 20
// In many pools the user name is a UUID.
const USER_WIDTH = 36
const EMAIL_WIDTH = 30

/** The lines that tell what is in the embedded services: the profiles and the mails. */
export function aftermathLines({ profiles, mails }: SideEffects): readonly Line[] {
  if (profiles.length === 0 && mails.length === 0) return ['', 'No profile written, no mail sent']
  return [
    '',
    styled('bold', `Profiles written: ${profiles.length}`),
    ...table(['user', 'email', 'confirmed', 'sign-ins', 'reset'], profiles, profileRow),
    '',
    styled('bold', `Mails sent: ${mails.length}`),
    ...table(['to', 'subject'], mails, (mail) => [mail.to.join(', '), mail.subject]),
  ]
}

function table<R>(head: readonly string[], items: readonly R[], row: (item: R) => readonly string[]): readonly Line[] {
  if (items.length === 0) return []
  const [first = '', ...lines] = tableOf(head, items.slice(0, MOST_ROWS).map(row))
  const more = items.length > MOST_ROWS ? [styled('dim', `  and ${(items.length - MOST_ROWS).toLocaleString('en')} more`)] : []
  return [styled('dim', first), ...lines, ...more]
}

function profileRow(row: Readonly<Record<string, unknown>>): readonly string[] {
  const { attributes, signInCount, confirmedAt, passwordResetAt } = row
  const email = typeof attributes === 'object' && attributes !== null && 'email' in attributes ? shown(attributes.email) : ''
  return [
    cut(escapeText(shown(row.userName ?? row.pk)), USER_WIDTH),
    cut(escapeText(email), EMAIL_WIDTH),
    confirmedAt === undefined ? '' : 'yes',
    shown(signInCount ?? 0),
    passwordResetAt === undefined ? '' : 'yes',
  ]
}

// A handler may have written anything.
function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
