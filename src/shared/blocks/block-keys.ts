import { emailKey, parseEmailAddress } from '../email/address.ts'
import type { User } from '../rules/context.ts'
import type { BlockKey, BlockType } from './block-list.ts'
import { readingsOf } from './readings.ts'

/**
 * The most keys that one look-up takes, which is what DynamoDB takes in a batch.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const MAX_KEYS = 100

/**
 * Returns the keys by which a user may be blocked: the `sub`, the user name as it is and as {@link userNameKey} writes it, the
 * address, and its domain with every domain above. Of an address that programs may read in several ways, all of them count.
 *
 * @returns More than {@link MAX_KEYS} of them for an address that was made to have too many.
 */
export function blockKeys(userPoolId: string, user: Pick<User, 'sub' | 'userName' | 'email'>): readonly BlockKey[] {
  const { addresses, domains } = emailKeys(user.email)
  const values: readonly (readonly [BlockType, readonly (string | undefined)[]])[] = [
    ['sub', [user.sub]],
    // In pools where the address is the user name Cognito makes the user name equal to `sub`; a block on either is found.
    ['username', [user.userName, userNameKey(user.userName)]],
    ['email', addresses],
    ['emailDomain', domains.flatMap(withParents)],
  ]
  return values.flatMap(([type, all]) =>
    [...new Set(all)].flatMap((value) => (value === undefined || value === '' ? [] : [{ userPoolId, type, value }])),
  )
}

/** One form for the spellings of a user name: pools that do not tell case apart hand triggers what the user typed, or lower case. */
export function userNameKey(userName: string): string {
  // Twice, because a letter in lower case may join with a mark that it could not join with before.
  return userName.normalize('NFC').toLowerCase().normalize('NFC')
}

function emailKeys(email: string | undefined): { readonly addresses: readonly string[]; readonly domains: readonly string[] } {
  if (email === undefined) return { addresses: [], domains: [] }
  const address = parseEmailAddress(email)
  return address === undefined ? readingsOf(email) : { addresses: [emailKey(address)], domains: [address.domain] }
}

/** A domain and every domain above it, down to two labels. */
function withParents(domain: string): readonly string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, above) => labels.slice(above).join('.'))
}
