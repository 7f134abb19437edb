import { addressOf } from './addresses.ts'
import { SesError } from './ses-error.ts'

/**
 * Refuses mailboxes that no verified identity covers. Amazon's mailbox simulator counts as verified.
 *
 * @throws SesError MessageRejected, naming all of them.
 * @see https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
 */
export function checkVerified(mailboxes: readonly string[], verified: readonly string[], region: string): void {
  const known = [...verified, 'simulator.amazonses.com']
  const failed = [...new Set(mailboxes)].filter((mailbox) => !isVerified(addressOf(mailbox), known))
  if (failed.length === 0) return
  throw new SesError(
    'MessageRejected',
    `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${failed.join(', ')}`,
  )
}

/**
 * Tells whether an address is covered by one of the verified identities: by an address, whose local part is compared as
 * it is written and without a `+label`, or by a domain or one of its parents.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
 */
function isVerified(address: string, verified: readonly string[]): boolean {
  const { local, domain } = split(address)
  return verified.some((identity) => {
    if (!identity.includes('@')) return domain === lower(identity) || domain.endsWith(`.${lower(identity)}`)
    const known = split(identity)
    return known.domain === domain && (known.local === local || known.local === local.replace(/\+.*$/, ''))
  })
}

function split(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@')
  return { local: address.slice(0, at), domain: lower(address.slice(at + 1)) }
}

function lower(domain: string): string {
  return domain.toLowerCase()
}
