import { AssertionError } from 'node:assert'
import { assertResult, type Check, checkDenied, checkDone, checkFails, checkProceeds, type ExpectedError } from './checks.ts'
import type { RunResult } from './run.ts'

/**
 * Asserts that a rule denied.
 *
 * @param reason The expected reason. Without it, any denial is accepted.
 * @throws AssertionError with the outcome and the rules that ran.
 * @example
 * assertDenied(await run(handler, signUp({ email: 'eve@evil.example' })), 'domain-not-allowed')
 */
export function assertDenied(result: RunResult, reason?: string): void {
  assertPass(checkDenied(assertResult('assertDenied()', result), reason), assertDenied)
}

/**
 * Asserts that the handler let the user proceed.
 *
 * @param response The expected fields of the response for Cognito. Other fields may have any value.
 * @throws AssertionError with the outcome and the rules that ran.
 * @example
 * assertProceeds(await run(handler, signUp()), { autoConfirmUser: false })
 */
export function assertProceeds(result: RunResult, response?: object): void {
  assertPass(checkProceeds(assertResult('assertProceeds()', result), response), assertProceeds)
}

/**
 * Asserts that the handler failed, so that the user reads a fixed message.
 *
 * @param error The expected class, code or name of the error. Without it, any error is accepted.
 * @throws AssertionError with the outcome and the rules that ran.
 * @example
 * assertFails(await run(handler, signIn()), 'blocks-not-read')
 */
export function assertFails(result: RunResult, error?: ExpectedError): void {
  assertPass(checkFails(assertResult('assertFails()', result), error), assertFails)
}

/**
 * Asserts that a rule had its effect, such as an email.
 *
 * @param rule The name of the rule, as in the log.
 * @throws AssertionError with the outcome and the rules that ran.
 * @example
 * assertDone(await run(handler, confirmed()), 'sync-profile')
 */
export function assertDone(result: RunResult, rule: string): void {
  assertPass(checkDone(assertResult('assertDone()', result), rule), assertDone)
}

function assertPass({ pass, message }: Check, stackStartFn: (...given: never) => void): void {
  if (!pass) throw new AssertionError({ message: message(false), stackStartFn })
}
