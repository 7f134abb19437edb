import { isReason } from '../../rules/outcome.ts'
import { isObject } from '../middleware/is-object.ts'

/** What stands in a log in place of a text that may be personal. */
const HIDDEN = 'hidden'

// Shorter values, such as a plan's name, stand in many a constant.
const LEAST_PART = 8

/** Returns a text as a log may hold it. */
export type Hide = (text: string) => string

/**
 * Hides texts that are values of an event. Reasons and the names and codes of errors are identifiers, which an address, a phone
 * number or a whole name is not. A user name or a `sub` may be one: so a text must not be a value of the event, nor hold one.
 */
export function hidePersonal(event: unknown): Hide {
  let values: readonly string[] | undefined
  return (text) => {
    values ??= valuesOf(event)
    const lower = text.toLowerCase()
    return values.some((value) => value === lower || (value.length >= LEAST_PART && lower.includes(value))) ? HIDDEN : text
  }
}

/** Returns a detail as a log may hold it: identifiers with `: ` or `; ` between them. An attribute's name may hold a colon. */
export function loggedDetail(detail: string, hide: Hide): string {
  return detail.split(/[:;] |:/).every((part) => isReason(part) && hide(part) === part) ? detail : HIDDEN
}

/** The texts that the caller or the user chose, in lower case. */
function valuesOf(event: unknown): readonly string[] {
  const { userName, request } = isObject(event) ? event : {}
  const { userAttributes, validationData, clientMetadata } = isObject(request) ? request : {}
  const values = [userAttributes, validationData, clientMetadata].flatMap((map) => (isObject(map) ? Object.values(map) : []))
  return [userName, ...values].flatMap((value) => (typeof value === 'string' && value !== '' ? [value.toLowerCase()] : []))
}
