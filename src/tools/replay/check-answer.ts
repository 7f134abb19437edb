import { isDeepStrictEqual } from 'node:util'
import { type TriggerFacts, type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { DEEPEST, isTooDeep } from '../lib/json.ts'
import { ANSWER_CHECKS, type AnswerFault } from './answer-checks.ts'
import type { FunctionError } from './child-messages.ts'

type Response = Readonly<Record<string, unknown>>

/**
 * The checked response, or the error that the caller gets and a description of the problem. `accepted` is the response if Cognito accepts
 * it and gives it another effect.
 */
export type Checked =
  | { readonly response: Response }
  | { readonly error: FunctionError; readonly problem: string; readonly accepted?: Response }

/**
 * Checks a function's answer as Cognito does. Cognito rejects an answer that is not the whole event with a response.
 *
 * @param json The answer as the Lambda runtime sent it.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export function checkAnswer(trigger: TriggerName, event: Readonly<Record<string, unknown>>, json: string): Checked {
  const answer: unknown = JSON.parse(json)
  if (!isObject(answer))
    return toUnrecognizable(`the function returned ${answer === null ? 'null' : describeType(answer)}; expected the event`)
  // AWS does not document how deep an event may be nested. No trigger needs deep nesting, so replay rejects it.
  if (isTooDeep(answer)) return toUnrecognizable(`the function returned an event that is nested more than ${DEEPEST} levels deep`)
  const missing = Object.keys(event).find((key) => !Object.hasOwn(answer, key))
  if (missing !== undefined) return toUnrecognizable(`the function returned an event without '${missing}'`)
  const { response } = answer
  if (!isObject(response)) return toUnrecognizable("the function returned an event without a 'response' object")
  const before = isObject(event.response) ? event.response : {}
  const facts = triggerFacts(trigger)
  for (const [field, type] of Object.entries(facts.response ?? {})) {
    // A field that the function did not change is valid, even if its value in the event was null.
    if (!Object.hasOwn(response, field) || isDeepStrictEqual(response[field], before[field])) continue
    const read = facts.responseVersions?.[field]
    if (read?.includes(String(event.version)) === false) {
      if (response[field] === null) continue
      const what = `Cognito does not read 'response.${field}' in version ${event.version} of the event`
      return { ...ignored(trigger, facts, what, read), accepted: response }
    }
    if (describeType(response[field]) !== type) {
      return toUnrecognizable(`'response.${field}' is ${describeType(response[field])}; expected ${type}`)
    }
  }
  const fault = ANSWER_CHECKS[trigger]?.(response, event)
  return fault === undefined ? { response } : toFault(fault, response)
}

function toUnrecognizable(problem: string): Checked {
  return { error: { name: 'InvalidLambdaResponseException', message: 'Unrecognizable lambda output' }, problem }
}

function toFault({ problem, effect }: AnswerFault, accepted: Response): Checked {
  if (effect === undefined) return toUnrecognizable(problem)
  return { error: { name: effect.name, message: `${problem}. ${effect.text}` }, problem, accepted }
}

/** Returns an error for a response field that Cognito would silently ignore. */
function ignored(
  trigger: TriggerName,
  { lambdaVersions = [], versionKey = trigger }: TriggerFacts,
  what: string,
  versions: readonly string[],
): { readonly error: FunctionError; readonly problem: string } {
  const version = lambdaVersions.find((each) => versions.includes(each.slice(1, each.indexOf('_'))))
  const problem = `${what}. Set LambdaVersion of ${versionKey} to ${version}, or return the fields of this version`
  return { error: { name: 'FieldIgnored', message: `The field is ignored. ${problem}` }, problem }
}

function describeType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
