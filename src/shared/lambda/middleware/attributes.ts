import { isObject } from '../../is-object.ts'
import { isAttributeName } from '../../rules/context.ts'

/**
 * Returns the attributes of an event whose value has a type that Cognito never sends, in words; undefined where there are none.
 * Rules read texts, and the booleans of AWS's printed samples. An `email` that is a list would else count as none.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export function attributeProblems(event: unknown): readonly string[] | undefined {
  const request = isObject(event) ? event.request : undefined
  const attributes = isObject(request) ? request.userAttributes : undefined
  if (!isObject(attributes)) return undefined
  const wrong = Object.keys(attributes).filter((name) => !isAttributeValue(attributes[name]))
  if (wrong.length === 0) return undefined
  return wrong.map((name) => `request.userAttributes.${isAttributeName(name) ? name : '?'}: expected a string`)
}

function isAttributeValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined
}
