import { describeValue } from '../shared/rules/arguments.ts'
import type { PreSignUp } from './trigger.ts'

/** The place of a text that the app sends with a sign-up. */
export type RequestField = `clientMetadata.${string}` | `validationData.${string}`

/**
 * Returns a function that reads a field of a sign-up. It returns undefined if the app sent none, or an empty one.
 *
 * @param owner The start of the error's message, such as `verifyCaptcha()`.
 * @throws TypeError if the place is something else.
 */
export function makeFieldReader(owner: string, from: unknown): (event: PreSignUp['event']) => string | undefined {
  const [, place, field = ''] = (typeof from === 'string' && /^(clientMetadata|validationData)\.(.*)$/s.exec(from)) || []
  if (place === undefined || field === '')
    throw new TypeError(
      `${owner}: from is ${typeof from === 'string' ? `'${from}'` : describeValue(from)}; expected a field such as 'clientMetadata.name'`,
    )
  return ({ request }) => {
    const fields = (place === 'clientMetadata' ? request.clientMetadata : request.validationData) ?? {}
    const value: unknown = Object.hasOwn(fields, field) ? fields[field] : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
}
