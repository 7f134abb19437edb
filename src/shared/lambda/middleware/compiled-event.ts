// Written by scripts/compile-checks.ts out of event-schema.ts. To change it, change that, and run `npm run compile-checks`.
import { isObject } from '../../is-object.ts'

/** Whether the schema takes a value. */
export function isEvent(input: unknown): boolean {
  if (!isObject(input)) return false
  const { triggerSource, userPoolId, userName, callerContext, request, response } = input
  if (triggerSource !== undefined && triggerSource !== null) {
    if (typeof triggerSource !== 'string') return false
  }
  if (userPoolId !== undefined && userPoolId !== null) {
    if (typeof userPoolId !== 'string') return false
  }
  if (userName !== undefined && userName !== null) {
    if (typeof userName !== 'string') return false
  }
  if (callerContext !== undefined && callerContext !== null) {
    if (!isObject(callerContext)) return false
    const { clientId } = callerContext
    if (clientId !== undefined && clientId !== null) {
      if (typeof clientId !== 'string') return false
    }
  }
  if (request !== undefined && request !== null) {
    if (!isObject(request)) return false
    const { userAttributes, validationData, clientMetadata } = request
    if (userAttributes !== undefined && userAttributes !== null) {
      if (!isObject(userAttributes)) return false
    }
    if (validationData !== undefined && validationData !== null) {
      if (!isObject(validationData)) return false
    }
    if (clientMetadata !== undefined && clientMetadata !== null) {
      if (!isObject(clientMetadata)) return false
    }
  }
  if (response !== undefined && response !== null) {
    if (!isObject(response)) return false
  }
  return true
}
