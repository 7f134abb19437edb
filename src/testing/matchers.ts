import { assertResult, type Check, checkDenied, checkDone, checkFails, checkProceeds, type ExpectedError } from './checks.ts'

/** The assertions that `lifeguardMatchers` adds to vitest's `expect`. */
export interface LifeguardMatchers {
  /** Asserts that a rule denied, with the reason if it is given. */
  toBeDenied(reason?: string): void
  /** Asserts that the handler let the user proceed, and that the response has these fields. */
  toProceed(response?: object): void
  /** Asserts that the handler failed, with the class, code or name of the error if it is given. */
  toFail(error?: ExpectedError): void
  /** Asserts that the rule with this name had its effect. */
  toHaveDone(rule: string): void
}

// The package does not depend on vitest. Without vitest, the compiler does not find it. Its versions have different type parameters.
// biome-ignore lint/suspicious/noTsIgnore: the error exists only without vitest
/** @ts-ignore */
declare module 'vitest' {
  // biome-ignore lint/suspicious/noTsIgnore: the error exists only in versions before vitest 5
  /** @ts-ignore */
  interface Matchers extends LifeguardMatchers {}
}

/** A matcher as `expect.extend` of vitest and Jest takes it. */
type Matcher<Expected extends readonly unknown[]> = (
  received: unknown,
  ...expected: Expected
) => { readonly pass: boolean; readonly message: () => string }

const toMatch = ({ pass, message }: Check): ReturnType<Matcher<[]>> => ({ pass, message: () => message(pass) })

/**
 * Matchers for the results of `run`.
 *
 * @example
 * expect.extend(lifeguardMatchers)
 * expect(await run(handler, signUp({ email: 'eve@evil.example' }))).toBeDenied('domain-not-allowed')
 */
export const lifeguardMatchers: {
  readonly toBeDenied: Matcher<[reason?: string]>
  readonly toProceed: Matcher<[response?: object]>
  readonly toFail: Matcher<[error?: ExpectedError]>
  readonly toHaveDone: Matcher<[rule: string]>
} = {
  toBeDenied: (received, reason) => toMatch(checkDenied(assertResult('toBeDenied()', received), reason)),
  toProceed: (received, response) => toMatch(checkProceeds(assertResult('toProceed()', received), response)),
  toFail: (received, error) => toMatch(checkFails(assertResult('toFail()', received), error)),
  toHaveDone: (received, rule) => toMatch(checkDone(assertResult('toHaveDone()', received), rule)),
}
