import type { EmailAddress } from '../email/address.ts'
import { assertMethod } from '../rules/arguments.ts'
import type { RulePermission } from '../rules/rule.ts'

/** The address of a user. */
export interface EmailClaim {
  readonly userPoolId: string
  /** The user name, which identifies the owner. A repeated event has the same one. */
  readonly userName: string
  readonly address: EmailAddress
}

/** Port that gives each mailbox of a pool to one user. All spellings of an address are one mailbox. */
export interface CanonicalEmails {
  /** The IAM permissions of the adapter. */
  readonly permissions?: readonly RulePermission[]
  /**
   * Reserves a mailbox for an hour at most. Parallel calls reserve it for one user. A repeated call of that user extends the reservation.
   *
   * @param attempt Identifies the invocation, for `release`. The default is the signal.
   * @returns false if another user has reserved or keeps it, or if this user keeps it. `renewed` if this user had reserved it before.
   * @throws if the mailbox may not have been reserved.
   */
  readonly reserve: (claim: EmailClaim, signal: AbortSignal, attempt?: object) => Promise<boolean | 'renewed'>
  /**
   * Makes the reservation permanent. Also keeps a mailbox that is free.
   *
   * @returns false if another user has reserved or keeps it.
   */
  readonly keep: (claim: EmailClaim, signal: AbortSignal) => Promise<boolean>
  /**
   * Ends the reservation that `reserve` made with the same `attempt`. Does nothing if another invocation has renewed it, because that
   * invocation may have admitted the user, or if the mailbox is kept or reserved by another user.
   */
  readonly release: (claim: EmailClaim, signal: AbortSignal, attempt?: object) => Promise<void>
}

/** @throws TypeError if the value is not a {@link CanonicalEmails}. */
export function assertCanonicalEmails(owner: string, value: unknown): void {
  for (const method of ['reserve', 'keep', 'release'])
    assertMethod(owner, 'the table of addresses', value, method, 'dynamoCanonicalEmails({ documents, table })')
}
