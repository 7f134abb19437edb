import { assertTexts } from '../shared/rules/arguments.ts'
import type { Condition } from '../shared/rules/condition.ts'
import { CALLING_CODES, findCountry } from './calling-codes.ts'
import type { CustomSmsSender } from './trigger.ts'

/**
 * Makes a condition that is true if the user's phone number has the calling code of one of these countries. Otherwise, a `when` skips with
 * `country-not-allowed`, the metric `Skips` counts the skip, and the invocation succeeds. It limits the cost of numbers that exist only to
 * collect fees.
 *
 * @param countries Country codes (ISO 3166-1), such as `DE`.
 * @throws TypeError without a country, or for an unknown one.
 * @example
 * when(allowCountries('DE', 'AT', 'CH'), sendSms(texter, catalogue, { code }))
 */
export function allowCountries(...countries: readonly string[]): Condition<CustomSmsSender> {
  assertTexts('allowCountries()', countries)
  const known = new Set(CALLING_CODES.values())
  const unknown = countries.find((country) => !known.has(country))
  if (unknown !== undefined)
    throw new TypeError(
      `allowCountries(): '${unknown}' is not a country with a calling code of its own; expected codes such as 'DE' (ISO 3166-1)`,
    )
  const allowed: ReadonlySet<string> = new Set(countries)
  return Object.assign(
    ({ user }: Parameters<Condition<CustomSmsSender>>[0]) => {
      const country = findCountry(user.phoneNumber ?? '')
      return country !== undefined && allowed.has(country)
    },
    { unmet: 'country-not-allowed', reads: ['phone_number'], proof: 'circumstance' } as const,
  )
}
