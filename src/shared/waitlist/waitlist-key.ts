import { emailKey, parseEmailAddress } from '../email/address.ts'
import type { WaitlistKey } from './waitlist.ts'

/**
 * Returns the text under which an address is stored. Its case does not matter.
 *
 * @throws TypeError if the address is invalid.
 */
export function toWaitlistId({ userPoolId, email }: WaitlistKey): string {
  const address = parseEmailAddress(email)
  // Does not show the address, because the error may be logged.
  if (address === undefined) throw new TypeError('The email address of the waiting list is invalid')
  return `${userPoolId}#${emailKey(address)}`
}
