import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { assertNames } from './changes.ts'
import type { InboundFederation } from './trigger.ts'

/**
 * Makes a rule that drops attributes of the provider, so that Cognito does not store them. A value that the pool has already stays.
 *
 * @param names The provider's names of the attributes.
 * @throws TypeError without a name, or for the attribute that identifies the user.
 * @example
 * inboundFederation(dropAttributes('groups', 'photo'))
 */
export function dropAttributes(...names: readonly string[]): Rule<InboundFederation> {
  assertNames('dropAttributes()', names)
  return defineRule<InboundFederation>(
    'drop-attributes',
    ({ user }) => {
      const drop = names.filter((name) => user.attributes[name] !== undefined)
      return drop.length === 0 ? skip('nothing-to-drop') : respond({ drop }, 'attributes-dropped')
    },
    { can: ['answer'], permissions: [], reasons: ['attributes-dropped', 'nothing-to-drop'] },
  )
}
