import { isObject } from '../is-object.ts'
import { isAttributeName } from '../rules/context.ts'
import { InvalidEventError } from './errors.ts'

/**
 * Returns what is wrong with an event, without any of its values; an empty array if it has the shape of a Cognito event.
 *
 * AWS adds, leaves out and nulls fields, so only a part that rules read and that has another type is wrong.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export function eventProblems(event: unknown): readonly string[] {
  if (!isObject(event)) return ['event: expected an object']
  const problems: string[] = []
  const checkString = (path: string, value: unknown): void => {
    if (typeof value !== 'string' && value !== undefined && value !== null) problems.push(`${path}: expected a string`)
  }
  const checkObject = (path: string, value: unknown): Readonly<Record<string, unknown>> => {
    if (isObject(value)) return value
    if (value !== undefined && value !== null) problems.push(`${path}: expected an object`)
    return NOTHING
  }
  checkString('triggerSource', event.triggerSource)
  checkString('userPoolId', event.userPoolId)
  checkString('userName', event.userName)
  checkString('callerContext.clientId', checkObject('callerContext', event.callerContext).clientId)
  const request = checkObject('request', event.request)
  const attributes = checkObject('request.userAttributes', request.userAttributes)
  checkObject('request.validationData', request.validationData)
  checkObject('request.clientMetadata', request.clientMetadata)
  checkObject('response', event.response)
  return problems.length > 0 ? problems : attributeProblems(attributes)
}

const NOTHING: Readonly<Record<string, unknown>> = {}

// Rules read texts, and the booleans of AWS's printed samples. An `email` that is a list would else count as missing.
function attributeProblems(attributes: Readonly<Record<string, unknown>>): readonly string[] {
  const wrong = Object.keys(attributes).filter((name) => !isAttributeValue(attributes[name]))
  return wrong.map((name) => `request.userAttributes.${isAttributeName(name) ? name : '?'}: expected a string`)
}

function isAttributeValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined
}

/**
 * Checks that an event has the shape of a Cognito event.
 *
 * @throws InvalidEventError when a part that rules read has another type than Cognito's.
 */
export function assertEvent(event: unknown): void {
  const problems = eventProblems(event)
  if (problems.length > 0) throw new InvalidEventError(problems)
}
