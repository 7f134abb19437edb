import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { DeadlineExceededError, denyIf, NotDoneError, shadow, when } from '../../src/index.ts'
import { postConfirmation, syncProfile } from '../../src/post-confirmation/index.ts'
import { preAuthentication } from '../../src/pre-auth/index.ts'
import { preSignUp } from '../../src/pre-signup/index.ts'
import { allowEmailDomains, blockUsers } from '../../src/rules/index.ts'
import {
  assertDenied,
  assertDone,
  assertFails,
  assertProceeds,
  confirmed,
  lifeguardMatchers,
  memoryBlockList,
  memoryProfiles,
  type RunResult,
  run,
  signIn,
  signUp,
} from '../../src/testing/index.ts'

expect.extend(lifeguardMatchers)

const handler = preSignUp(allowEmailDomains('example.com'), shadow(denyIf(() => true, 'always', 'No')))
const proceeded = await run(handler, signUp())
const denied = await run(preSignUp(when(() => true, allowEmailDomains('example.com'))), signUp({ email: 'eve@evil.example' }))
const blocks = memoryBlockList()
blocks.failWith(new RangeError('the table is missing', { cause: new Error('no network') }))
const failed = await run(preAuthentication(blockUsers(blocks)), signIn())
const done = await run(postConfirmation(syncProfile(memoryProfiles())), confirmed())

/** Each check, as an assertion function and as a matcher. `wrong` must not pass. */
const CHECKS: readonly { readonly title: string; readonly right: readonly Attempt[]; readonly wrong: readonly Attempt[] }[] = [
  {
    title: 'a denial',
    right: [
      { assert: () => assertDenied(denied), expect: () => expect(denied).toBeDenied() },
      { assert: () => assertDenied(denied, 'domain-not-allowed'), expect: () => expect(denied).toBeDenied('domain-not-allowed') },
    ],
    wrong: [
      { assert: () => assertDenied(denied, 'another'), expect: () => expect(denied).toBeDenied('another') },
      { assert: () => assertDenied(proceeded), expect: () => expect(proceeded).toBeDenied() },
      { assert: () => assertDenied(failed), expect: () => expect(failed).toBeDenied() },
    ],
  },
  {
    title: 'an answer',
    right: [
      { assert: () => assertProceeds(proceeded), expect: () => expect(proceeded).toProceed() },
      {
        assert: () => assertProceeds(proceeded, { autoConfirmUser: false }),
        expect: () => expect(proceeded).toProceed({ autoVerifyEmail: false }),
      },
    ],
    wrong: [
      { assert: () => assertProceeds(proceeded, { autoConfirmUser: true }), expect: () => expect(proceeded).toProceed({ other: 1 }) },
      { assert: () => assertProceeds(denied), expect: () => expect(denied).toProceed() },
    ],
  },
  {
    title: 'a failure',
    right: [
      { assert: () => assertFails(failed), expect: () => expect(failed).toFail() },
      { assert: () => assertFails(failed, RangeError), expect: () => expect(failed).toFail('RangeError') },
    ],
    wrong: [
      { assert: () => assertFails(failed, DeadlineExceededError), expect: () => expect(failed).toFail(NotDoneError) },
      { assert: () => assertFails(failed, 'deadline-exceeded'), expect: () => expect(failed).toFail('TypeError') },
      { assert: () => assertFails(denied), expect: () => expect(denied).toFail() },
    ],
  },
  {
    title: 'an effect',
    right: [{ assert: () => assertDone(done, 'sync-profile'), expect: () => expect(done).toHaveDone('sync-profile') }],
    wrong: [{ assert: () => assertDone(done, 'send-welcome-email'), expect: () => expect(proceeded).toHaveDone('allow-email-domains') }],
  },
]

interface Attempt {
  readonly assert: () => void
  readonly expect: () => void
}

describe.each(CHECKS)('the assertions about $title', ({ right, wrong }) => {
  it('pass for the right result only', () => {
    for (const attempt of right) {
      attempt.assert()
      attempt.expect()
    }
    for (const attempt of wrong) {
      expect(attempt.assert).toThrow(AssertionError)
      expect(attempt.expect).toThrow('Expected the handler to ')
    }
  })
})

describe('the message of a failed assertion', () => {
  const message = (attempt: () => void): string => {
    try {
      attempt()
    } catch (error) {
      return String(Object(error).message)
    }
    throw new Error('the assertion passed')
  }

  it('has the outcome and the rules of a denial', () => {
    expect(message(() => assertProceeds(denied, { autoConfirmUser: true }))).toBe(
      [
        'Expected the handler to proceed with the response {"autoConfirmUser":true}.',
        'The handler denied.',
        'Rule: allow-email-domains',
        'Reason: domain-not-allowed',
        'The user reads: This email address cannot be used to sign up',
        'Rules that ran:',
        '  when: deny: domain-not-allowed',
        '    allow-email-domains: deny: domain-not-allowed',
      ].join('\n'),
    )
  })

  it('has the response, and the rules in shadow', () => {
    expect(message(() => assertDenied(proceeded, 'always'))).toBe(
      [
        "Expected the handler to deny with the reason 'always'.",
        'The handler proceeded.',
        'Rule: allow-email-domains',
        'Response: {"autoConfirmUser":false,"autoVerifyEmail":false,"autoVerifyPhone":false}',
        'Rules that ran:',
        '  allow-email-domains: allow',
        '  shadow: skip: shadowed',
        '    deny-if-always (in shadow): deny: always',
      ].join('\n'),
    )
  })

  it('has the error of a failure, with its cause', () => {
    const error = 'RangeError: the table is missing (cause: Error: no network)'
    expect(message(() => assertDenied(failed))).toBe(
      [
        'Expected the handler to deny.',
        'The handler failed.',
        'Rule: block-users',
        'Reason: RangeError',
        'The user reads: Something went wrong, please try again later',
        `Error: ${error}`,
        'Rules that ran:',
        `  block-users: error: ${error}`,
      ].join('\n'),
    )
    expect(message(() => expect(failed).not.toFail(RangeError))).toMatch(/^Expected the handler not to fail with RangeError\./)
  })

  it('says that no rule ran in a handler that is not made with Lifeguard', async () => {
    const thrown = await run(async () => Promise.reject('a string'), signUp())

    expect(message(() => assertProceeds(thrown))).toContain("Reason: error\nThe user reads: a string\nError: 'a string'\nNo rule ran.")
  })

  it('explains a promise or another value in place of a result', () => {
    const promise: unknown = run(handler, signUp())
    expect(() => expect(promise).toBeDenied()).toThrow(
      'toBeDenied() expects the result of run(), but got a promise; write `await run(...)`',
    )
    expect(() => assertDone(Object(7), 'x')).toThrow('assertDone() expects the result of run(), but got an object')
    const nothing: RunResult = JSON.parse('null')
    expect(() => assertFails(nothing)).toThrow('assertFails() expects the result of run(), but got null')
  })
})
