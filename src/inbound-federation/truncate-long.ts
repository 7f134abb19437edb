import { assertOptions, assertTexts, describeValue } from '../shared/rules/arguments.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { changingFault } from './changes.ts'
import { pickTexts } from './map-attributes.ts'
import type { InboundFederation } from './trigger.ts'

/** The maximum length of an attribute in Cognito, in characters. */
export const MAX_LENGTH = 2048

/** The options of {@link truncateLong}. */
export interface TruncateLongOptions {
  /** The maximum length in characters, from 1 to 2048. The default is 2048. */
  readonly at?: number
  /** The attributes to drop instead of truncating them, because a part of their value is useless, such as a link to a picture. */
  readonly drop?: readonly string[]
}

// A part of an address or a number is another one.
const WHOLE_ONLY: ReadonlySet<string> = new Set(['email', 'phone_number', 'picture', 'profile', 'website'])

/**
 * Makes a rule that truncates long attributes. Cognito ends a sign-in if a mapped attribute exceeds its maximum length. It drops a long
 * `email`, `phone_number`, `picture`, `profile` or `website`. It leaves the attribute that identifies the user.
 *
 * @throws TypeError if an option is invalid. RangeError if `at` is not a whole number from 1 to 2048.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html
 * @example
 * inboundFederation(truncateLong({ drop: ['photo'] }))
 */
export function truncateLong(options: TruncateLongOptions = {}): Rule<InboundFederation> {
  assertOptions('truncateLong()', options, ['at', 'drop'])
  const { at = MAX_LENGTH, drop = [] } = options
  if (!(Number.isInteger(at) && at >= 1 && at <= MAX_LENGTH))
    throw new RangeError(`truncateLong(): at is ${String(at)}; expected a whole number from 1 to ${MAX_LENGTH}`)
  if (!Array.isArray(drop)) throw new TypeError(`truncateLong(): drop is ${describeValue(drop)}; expected a list of names`)
  if (drop.length > 0) assertTexts('truncateLong(): drop', drop)
  const dropped = new Set([...WHOLE_ONLY, ...drop])
  return defineRule<InboundFederation>(
    'truncate-long',
    ({ user }) => {
      const long = Object.entries(user.attributes).filter(([name, value]) => value.length > at && changingFault(name) === undefined)
      if (long.length === 0) return skip('nothing-too-long')
      const set = pickTexts(long.filter(([name]) => !dropped.has(name)).map(([name, value]) => [name, cut(value, at)]))
      return respond({ set, drop: long.map(([name]) => name).filter((name) => dropped.has(name)) }, 'attributes-truncated')
    },
    { can: ['answer'], permissions: [], reasons: ['attributes-truncated', 'nothing-too-long'] },
  )
}

/** Returns the first characters of a string, without the first half of a surrogate pair at the end. */
function cut(text: string, at: number): string {
  return text.slice(0, at).replace(/[\uD800-\uDBFF]$/, '')
}
