import type { CanonicalEmails, EmailClaim } from '../shared/canonical/canonical-emails.ts'
import { indexProviders, toCanonicalEmail } from '../shared/email/mail-providers.ts'
import { createFaults, type Faults } from './faults.ts'

/** The mailboxes of users in memory. */
export interface MemoryCanonicalEmails extends CanonicalEmails, Faults<'reserve' | 'keep' | 'release'> {}

/** The options of {@link memoryCanonicalEmails}. */
export interface MemoryCanonicalEmailsOptions {
  readonly now?: () => Date
}

interface Row {
  readonly owner: string
  /** The end of a reservation in milliseconds. Undefined if the mailbox is kept. */
  readonly until?: number
  /** The invocation that made the reservation. Undefined after another invocation has renewed it. */
  readonly attempt?: object | undefined
}

const RESERVED_MS = 3_600_000

/**
 * Creates the mailboxes of users in memory.
 *
 * @example
 * const handler = preSignUp(uniqueCanonicalEmail(memoryCanonicalEmails(), { revealsExistence: true }))
 */
export function memoryCanonicalEmails({ now = () => new Date() }: MemoryCanonicalEmailsOptions = {}): MemoryCanonicalEmails {
  const rows = new Map<string, Row>()
  const { faults, run } = createFaults<'reserve' | 'keep' | 'release'>()
  const providers = indexProviders('memoryCanonicalEmails()', [])
  const toKey = ({ userPoolId, address }: EmailClaim): string => JSON.stringify([userPoolId, toCanonicalEmail(address, providers)])
  /** Returns the row of a mailbox, or undefined if the mailbox is free. */
  const find = (claim: EmailClaim): Row | undefined => {
    const row = rows.get(toKey(claim))
    return row?.until !== undefined && row.until <= now().getTime() ? undefined : row
  }

  return {
    ...faults,
    permissions: [],
    reserve: (claim, signal, attempt = signal) =>
      run('reserve', signal, () => {
        const row = find(claim)
        if (row !== undefined && (row.owner !== claim.userName || row.until === undefined)) return false
        const isNew = row === undefined
        rows.set(toKey(claim), { owner: claim.userName, until: now().getTime() + RESERVED_MS, attempt: isNew ? attempt : undefined })
        return isNew ? true : 'renewed'
      }),
    keep: (claim, signal) =>
      run('keep', signal, () => {
        const row = find(claim)
        if (row !== undefined && row.owner !== claim.userName) return false
        rows.set(toKey(claim), { owner: claim.userName })
        return true
      }),
    release: (claim, signal, attempt = signal) =>
      run('release', signal, () => {
        const row = find(claim)
        if (row?.owner === claim.userName && row.attempt === attempt) rows.delete(toKey(claim))
      }),
  }
}
