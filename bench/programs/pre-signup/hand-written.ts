import type { PreSignUpTriggerEvent } from 'aws-lambda'

const NOT_ALLOWED = 'This email address cannot be used to sign up'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isTextOrAbsent = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'
const isObjectOrAbsent = (value: unknown): boolean => value === undefined || value === null || isObject(value)

function check(event: unknown): void {
  if (!isObject(event)) throw new Error('The event is not an object')
  if (!isTextOrAbsent(event.triggerSource)) throw new Error('triggerSource is not a string')
  if (!isTextOrAbsent(event.userPoolId)) throw new Error('userPoolId is not a string')
  if (!isTextOrAbsent(event.userName)) throw new Error('userName is not a string')
  const { callerContext, request, response } = event
  if (!isObjectOrAbsent(callerContext)) throw new Error('callerContext is not an object')
  if (isObject(callerContext) && !isTextOrAbsent(callerContext.clientId)) throw new Error('callerContext.clientId is not a string')
  if (!isObjectOrAbsent(request)) throw new Error('request is not an object')
  if (isObject(request)) {
    if (!isObjectOrAbsent(request.userAttributes)) throw new Error('request.userAttributes is not an object')
    if (!isObjectOrAbsent(request.validationData)) throw new Error('request.validationData is not an object')
    if (!isObjectOrAbsent(request.clientMetadata)) throw new Error('request.clientMetadata is not an object')
  }
  if (!isObjectOrAbsent(response)) throw new Error('response is not an object')
}

function readDomain(email: unknown): string {
  if (typeof email !== 'string' || email.length > 320) throw new Error(NOT_ALLOWED)
  const at = email.indexOf('@')
  if (at < 1 || at !== email.lastIndexOf('@') || /[\s"\\]/.test(email)) throw new Error(NOT_ALLOWED)
  return email
    .slice(at + 1)
    .toLowerCase()
    .replace(/\.$/, '')
}

export const handler = async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
  check(event)
  const domain = readDomain(event.request.userAttributes.email)
  if (domain !== 'example.com' && !domain.endsWith('.example.org')) throw new Error(NOT_ALLOWED)
  if (event.triggerSource === 'PreSignUp_SignUp' && domain === 'example.com') event.response.autoConfirmUser = true
  return event
}
