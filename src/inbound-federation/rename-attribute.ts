import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { assertNames } from './changes.ts'
import type { InboundFederation } from './trigger.ts'

/**
 * Makes a rule that gives an attribute another name. It replaces an attribute that has the new name already.
 *
 * @throws TypeError for the attribute that identifies the user, or if both names are equal.
 * @example
 * inboundFederation(renameAttribute('http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', 'email'))
 */
export function renameAttribute(from: string, to: string): Rule<InboundFederation> {
  assertNames('renameAttribute()', [from, to])
  if (from === to) throw new TypeError(`renameAttribute(): both names are '${to}'; expected two names`)
  return defineRule<InboundFederation>(
    'rename-attribute',
    ({ user }) => {
      const value = user.attributes[from]
      return value === undefined ? skip('nothing-to-rename') : respond({ set: { [to]: value }, drop: [from] }, 'attribute-renamed')
    },
    { can: ['answer'], permissions: [], reasons: ['attribute-renamed', 'nothing-to-rename'] },
  )
}
