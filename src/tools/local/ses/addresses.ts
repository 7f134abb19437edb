import { SesError } from './protocol.ts'

const MAX_ADDRESS_LENGTH = 320

// Matches one token of a mailbox: a quoted string, a comment, an address in angle brackets, a comma, plain text, or any other character.
const TOKEN = /"(?:\\.|[^"\\])*"|\((?:\\.|[^()\\])*\)|<(?:"(?:\\.|[^"\\])*"|[^<>"])*>|,|[^"(<,]+|./gs

/**
 * Returns the bare address of a mailbox. Validates the address only as strictly as SES does.
 *
 * @throws SesError InvalidParameterValue, with SES's message.
 * @example
 * parseMailbox('Jane Doe <jane@example.com>') // 'jane@example.com'
 */
export function parseMailbox(mailbox: string): string {
  if (mailbox.length > MAX_ADDRESS_LENGTH) {
    throw createIllegalAddressError(`Address length is more than ${MAX_ADDRESS_LENGTH} characters long: '${mailbox.length}'.`)
  }
  const address = extractAddress(mailbox)
  const problem = findAddressProblem(address)
  if (problem !== undefined) throw createIllegalAddressError(problem)
  return address
}

function extractAddress(mailbox: string): string {
  const parts = (mailbox.match(TOKEN) ?? []).filter((token) => !(token.startsWith('(') && token.length > 1))
  const angles = parts.filter((part) => part.startsWith('<') && part.length > 1)
  const stray = parts.some(
    (part) => part === ',' || part === '"' || part === '(' || part === '<' || (!/^["<]/.test(part) && part.includes('>')),
  )
  if (stray || angles.length > 1) throw createIllegalAddressError('Illegal address')
  const [angle] = angles
  if (angle === undefined) return parts.join('').trim()
  const after = parts.slice(parts.indexOf(angle) + 1).join('')
  if (after.trim() !== '') throw createIllegalAddressError('Illegal address')
  return angle.slice(1, -1).trim()
}

function findAddressProblem(address: string): string | undefined {
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

function createIllegalAddressError(message: string): SesError {
  return new SesError('InvalidParameterValue', message)
}
