import { emailKey, parseEmailAddress } from '../shared/email/address.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { assertNames } from './changes.ts'
import { pickTexts } from './map-attributes.ts'
import type { InboundFederation } from './trigger.ts'

/**
 * Makes a rule that writes email addresses in lower case, with the domain in ASCII. A provider may send another case at each sign-in, and
 * then one person seems to have two addresses. An address that is not exactly one address stays as it is.
 *
 * @param names The provider's names of the attributes. The default is `email`.
 * @throws TypeError if a name is invalid.
 * @example
 * inboundFederation(normaliseEmail())
 */
export function normaliseEmail(...names: readonly string[]): Rule<InboundFederation> {
  const read = names.length === 0 ? ['email'] : names
  assertNames('normaliseEmail()', read)
  return defineRule<InboundFederation>(
    'normalise-email',
    ({ user }) => {
      const changed = read.map((name): readonly [string, string | undefined] => {
        const before = user.attributes[name]
        const address = before === undefined ? undefined : parseEmailAddress(before.trim())
        const after = address && emailKey(address)
        return [name, after === before ? undefined : after]
      })
      const set = pickTexts(changed)
      return Object.keys(set).length === 0 ? skip('nothing-to-normalise') : respond({ set }, 'email-normalised')
    },
    { can: ['answer'], permissions: [], reasons: ['email-normalised', 'nothing-to-normalise'] },
  )
}
