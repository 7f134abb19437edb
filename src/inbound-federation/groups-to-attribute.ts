import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { assertNames } from './changes.ts'
import type { InboundFederation } from './trigger.ts'
import { MAX_LENGTH } from './truncate-long.ts'

/** The options of {@link groupsToAttribute}. */
export interface GroupsToAttributeOptions {
  /** The groups to keep, with exactly these names. A provider may send hundreds, and only these mean something in your application. */
  readonly allow: readonly string[]
}

const SEPARATOR = ','

/**
 * Makes a rule that writes the user's groups at the provider into one attribute, separated by commas. It keeps only allowed groups, in
 * the order of `allow`. Without such a group, the attribute becomes empty, so that a user who has left a group does not keep it.
 *
 * It reads a list, a JSON list, and names separated by commas, as SAML has them. So a group with a comma in its name is not supported.
 *
 * @throws TypeError if an argument is invalid, or a group has a comma. RangeError if all groups together exceed 2,048 characters.
 * @example
 * inboundFederation(groupsToAttribute('groups', 'custom:groups', { allow: ['admins', 'editors'] }))
 */
export function groupsToAttribute(from: string, to: string, options: GroupsToAttributeOptions): Rule<InboundFederation> {
  assertNames('groupsToAttribute()', [from, to])
  assertOptions('groupsToAttribute()', options, ['allow'])
  const { allow } = options
  if (!Array.isArray(allow) || allow.length === 0)
    throw new TypeError(`groupsToAttribute(): allow is ${describeValue(allow)}; expected a list of groups`)
  const wrong = allow.find((group) => typeof group !== 'string' || group.trim() !== group || group === '' || group.includes(SEPARATOR))
  if (wrong !== undefined)
    throw new TypeError(`groupsToAttribute(): '${String(wrong)}' is not a group; expected a name without commas or outer spaces`)
  if (allow.join(SEPARATOR).length > MAX_LENGTH)
    throw new RangeError(`groupsToAttribute(): the allowed groups exceed ${MAX_LENGTH} characters, the limit of an attribute in Cognito`)
  return defineRule<InboundFederation>(
    'groups-to-attribute',
    ({ user }) => {
      const groups = new Set(parseGroups(user.attributes[from] ?? ''))
      const value = allow.filter((group) => groups.has(group)).join(SEPARATOR)
      return user.attributes[to] === value ? skip('groups-kept') : respond({ set: { [to]: value } }, 'groups-mapped')
    },
    { can: ['answer'], permissions: [], reasons: ['groups-kept', 'groups-mapped'] },
  )
}

/** Reads the names of groups from `["a","b"]`, `[a, b]` or `a,b`. */
function parseGroups(text: string): readonly string[] {
  const list = text.startsWith('[') && text.endsWith(']')
  const parsed = list ? parseList(text) : undefined
  return parsed ?? (list ? text.slice(1, -1) : text).split(SEPARATOR).map((name) => name.trim())
}

function parseList(text: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed.map(String) : undefined
  } catch {
    return undefined
  }
}
