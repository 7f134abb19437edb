import { isDeepStrictEqual } from 'node:util'
import { describeValue } from '../shared/rules/arguments.ts'
import { describeResult } from './describe-result.ts'
import type { RunResult } from './run.ts'

/** The result of a check, with the messages for a failed assertion and for a failed `not` assertion. */
export interface Check {
  readonly pass: boolean
  readonly message: (negated: boolean) => string
}

/** An error class, or the code or name of an error. */
export type ExpectedError = string | (abstract new (...args: never[]) => Error)

function check(pass: boolean, expected: string, result: RunResult): Check {
  return { pass, message: (negated) => `Expected the handler ${negated ? 'not ' : ''}to ${expected}.\n${describeResult(result)}` }
}

/** Checks that a rule denied, with the reason if it is given. */
export function checkDenied(result: RunResult, reason?: string): Check {
  const pass = result.outcome === 'denied' && (reason === undefined || result.reason === reason)
  return check(pass, reason === undefined ? 'deny' : `deny with the reason '${reason}'`, result)
}

/** Checks that the handler let the user proceed. If a response is given, each of its fields must be equal in the response for Cognito. */
export function checkProceeds(result: RunResult, response?: object): Check {
  const given = Object(result.response)
  const equal = Object.entries(response ?? {}).every(([field, value]) => isDeepStrictEqual(given[field], value))
  const expected = response === undefined ? 'proceed' : `proceed with the response ${JSON.stringify(response)}`
  return check(result.outcome === 'proceed' && equal, expected, result)
}

/** Checks that the handler failed, with the error if it is given. */
export function checkFails(result: RunResult, error?: ExpectedError): Check {
  const same = error === undefined || (typeof error === 'string' ? result.reason === error : result.error instanceof error)
  const named = error === undefined ? '' : ` with ${typeof error === 'string' ? error : error.name}`
  return check(result.outcome === 'failed' && same, `fail${named}`, result)
}

/** Checks that a rule had its effect. */
export function checkDone(result: RunResult, rule: string): Check {
  const pass = result.trace.some((entry) => entry.rule === rule && entry.outcome === 'done')
  return check(pass, `run the rule '${rule}' to its effect`, result)
}

/**
 * Returns the argument if it is a result of `run`.
 *
 * @throws TypeError for any other value, such as a promise of a result.
 */
export function assertResult(caller: string, value: unknown): RunResult {
  if (isResult(value)) return value
  const hint = value instanceof Promise ? 'a promise; write `await run(...)`' : describeValue(value)
  throw new TypeError(`${caller} expects the result of run(), but got ${hint}`)
}

function isResult(value: unknown): value is RunResult {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'trace' in value && 'logs' in value
}
