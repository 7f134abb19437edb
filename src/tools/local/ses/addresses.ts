import { SesError } from './ses-error.ts'

const MAX_ADDRESS_LENGTH = 320
// Fifty recipients with their names fit many times over; beyond that, somebody is trying what happens.
const MAX_LIST_LENGTH = 20_000

// A quoted text, a comment, an address in angle brackets, a comma, plain text, or one stray character of the first three.
const TOKEN = /"(?:\\.|[^"\\])*"|\((?:\\.|[^()\\])*\)|<(?:"(?:\\.|[^"\\])*"|[^<>"])*>|,|[^"(<,]+|./gs

function tokens(text: string): string[] {
  return text.match(TOKEN) ?? []
}

/**
 * Splits the value of a header such as To into its mailboxes.
 *
 * @throws SesError when the value is longer than SES's limits allow.
 * @example
 * splitMailboxes('"Doe, Jane" <jane@example.com>, joe@example.com') // ['"Doe, Jane" <jane@example.com>', 'joe@example.com']
 */
export function splitMailboxes(list: string): string[] {
  if (list.length > MAX_LIST_LENGTH) throw illegal('Illegal address')
  const mailboxes = ['']
  for (const token of tokens(list)) {
    if (token === ',') mailboxes.push('')
    else mailboxes.push(`${mailboxes.pop()}${token}`)
  }
  return mailboxes.map((mailbox) => mailbox.trim()).filter((mailbox) => mailbox !== '')
}

/**
 * The bare address of a mailbox, checked as SES checks it: loosely, since SES leaves the rest to the receiving server.
 *
 * @throws SesError InvalidParameterValue, with SES's text for what is wrong.
 * @example
 * addressOf('Jane Doe <jane@example.com>') // 'jane@example.com'
 */
export function addressOf(mailbox: string): string {
  if (mailbox.length > MAX_ADDRESS_LENGTH) {
    throw illegal(`Address length is more than ${MAX_ADDRESS_LENGTH} characters long: '${mailbox.length}'.`)
  }
  const address = bareAddress(mailbox)
  const problem = problemOf(address)
  if (problem !== undefined) throw illegal(problem)
  return address
}

function bareAddress(mailbox: string): string {
  const parts = tokens(mailbox).filter((token) => !(token.startsWith('(') && token.length > 1))
  const angles = parts.filter((part) => part.startsWith('<') && part.length > 1)
  const stray = parts.some(
    (part) => part === ',' || part === '"' || part === '(' || part === '<' || (!/^["<]/.test(part) && part.includes('>')),
  )
  if (stray || angles.length > 1) throw illegal('Illegal address')
  const [angle] = angles
  if (angle === undefined) return parts.join('').trim()
  const after = parts.slice(parts.indexOf(angle) + 1).join('')
  if (after.trim() !== '') throw illegal('Illegal address')
  return angle.slice(1, -1).trim()
}

function problemOf(address: string): string | undefined {
  const [, local = '', at, domain = ''] = /^("(?:\\.|[^"\\])*"|[^@]*)(@?)(.*)$/s.exec(address) ?? []
  if (!local.startsWith('"') && /[^\x21-\x7e]/.test(local)) return 'Local address contains control or whitespace'
  if (at !== '@') return "Missing final '@domain'"
  if (local === '') return 'Missing local name'
  if (domain === '') return 'Missing domain'
  if (/[^\x21-\x7e]/.test(domain)) return 'Domain contains control or whitespace'
  if (domain.startsWith('.')) return 'Domain starts with dot'
  if (domain.includes('..')) return 'Domain contains dot-dot'
  if (/[^a-z0-9.-]/i.test(domain)) return 'Domain contains illegal character'
  return undefined
}

function illegal(message: string): SesError {
  return new SesError('InvalidParameterValue', message)
}
