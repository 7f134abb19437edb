import { describe, expect, it } from 'vitest'
import { type DeclaredSteps, type Match, matchSession } from '../../src/custom-challenge/match-session.ts'
import { seededRandom } from '../support/fuzz/fuzz-random.ts'
import { runs } from '../support/runs.ts'
import { countPassed, isComplete } from './session-oracle.ts'

const entry = (challengeName: string, challengeResult: boolean, challengeMetadata: string | null = null) => ({
  challengeName,
  challengeResult,
  challengeMetadata,
})
const right = (step: string) => entry('CUSTOM_CHALLENGE', true, step)
const wrong = (step: string) => entry('CUSTOM_CHALLENGE', false, step)
const [srp, verified] = [entry('SRP_A', true), entry('PASSWORD_VERIFIER', true)]

const code: DeclaredSteps = { password: false, custom: [{ name: 'code', attempts: 3 }] }
const all: DeclaredSteps = {
  password: true,
  custom: [
    { name: 'captcha', attempts: 1 },
    { name: 'code', attempts: 3 },
  ],
}

const NOT_THE_STEPS: Match = { kind: 'failed', reason: 'not-the-steps' }
const NO_PASSWORD: Match = { kind: 'failed', reason: 'password-not-checked' }
const ASK_CODE: Match = { kind: 'custom', step: 'code', state: undefined }
const PASSED: Match = { kind: 'passed' }

describe('matchSession without a password', () => {
  it('asks for the first step, then lets the user pass', () => {
    expect(matchSession(code, [], 'CONFIRMED')).toEqual(ASK_CODE)
    expect(matchSession(code, [right('code')], 'CONFIRMED')).toEqual(PASSED)
  })

  it('asks again after a wrong answer, with the state of the challenge, until no attempt is left', () => {
    expect(matchSession(code, [wrong('code:123.ab')], 'CONFIRMED')).toEqual({ kind: 'custom', step: 'code', state: '123.ab' })
    expect(matchSession(code, [wrong('code:x'), wrong('code:y'), right('code')], 'CONFIRMED')).toEqual(PASSED)
    const three = [wrong('code'), wrong('code'), wrong('code')]
    expect(matchSession(code, three, 'CONFIRMED')).toEqual({ kind: 'failed', reason: 'attempts-used' })
    expect(matchSession(code, [...three, right('code')], 'CONFIRMED')).toEqual(NOT_THE_STEPS)
  })

  it.each([
    ['a step with another name', [right('captcha')]],
    ['a challenge of another function', [right('')]],
    ['no metadata', [entry('CUSTOM_CHALLENGE', true)]],
    ['an entry after the last step', [right('code'), right('code')]],
    ['a password that no step asks for', [srp, verified, right('code')]],
    ['an MFA code instead of the step', [entry('SMS_MFA', true)]],
    ['an unknown challenge', [entry('SOMETHING', true, 'code')]],
    ['too many entries', Array.from({ length: 65 }, () => wrong('code'))],
    ['a session that is not a list', 'CUSTOM_CHALLENGE'],
    ['no session', null],
    ['an entry that is not an object', ['CUSTOM_CHALLENGE']],
    ['a result that is not a boolean', [{ challengeName: 'CUSTOM_CHALLENGE', challengeResult: 'true', challengeMetadata: 'code' }]],
    ['a name that is not a string', [{ challengeName: 1, challengeResult: true, challengeMetadata: 'code' }]],
  ])('fails a sign-in with %s', (_, session) => {
    expect(matchSession(code, session, 'CONFIRMED')).toEqual(NOT_THE_STEPS)
  })
})

describe('matchSession with a password', () => {
  it('asks for the password, then for each step in order', () => {
    expect(matchSession(all, [srp], 'CONFIRMED')).toEqual({ kind: 'password', challenge: 'PASSWORD_VERIFIER' })
    expect(matchSession(all, [srp, verified], 'CONFIRMED')).toMatchObject({ step: 'captcha' })
    expect(matchSession(all, [srp, verified, right('captcha')], 'CONFIRMED')).toEqual(ASK_CODE)
    expect(matchSession(all, [srp, verified, right('captcha'), right('code')], 'CONFIRMED')).toEqual(PASSED)
  })

  it.each([
    ['no entry, because the app did not start with SRP', []],
    ['a custom challenge that the app chose', [right('captcha')]],
    ['all custom steps without the password', [right('captcha'), right('code')]],
    ['a wrong password', [srp, entry('PASSWORD_VERIFIER', false)]],
    ['a failed SRP exchange', [entry('SRP_A', false)]],
    ['a custom challenge in place of the password', [srp, right('captcha'), right('code')]],
    ['a password verifier without SRP', [verified, right('captcha'), right('code')]],
    ['a refused password of an administrator', [entry('ADMIN_NO_SRP_AUTH', false), right('captcha'), right('code')]],
  ])('fails a sign-in with %s', (_, session) => {
    expect(matchSession(all, session, 'CONFIRMED')).toEqual(NO_PASSWORD)
  })

  it('fails a sign-in whose steps are in another order, or that skips one', () => {
    expect(matchSession(all, [srp, verified, right('code'), right('captcha')], 'CONFIRMED')).toEqual(NOT_THE_STEPS)
    expect(matchSession(all, [srp, verified, right('code')], 'CONFIRMED')).toEqual(NOT_THE_STEPS)
    expect(matchSession(all, [srp, verified, right('captcha'), right('code'), srp], 'CONFIRMED')).toEqual(NOT_THE_STEPS)
  })

  it('accepts the password that Cognito checked for an administrator', () => {
    expect(matchSession(all, [entry('ADMIN_NO_SRP_AUTH', true), right('captcha')], 'CONFIRMED')).toEqual(ASK_CODE)
  })

  it.each(['SMS_MFA', 'EMAIL_OTP', 'SOFTWARE_TOKEN_MFA', 'DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER'])(
    'accepts %s, which Cognito adds after the password, but not if it failed',
    (name) => {
      expect(matchSession(all, [srp, verified, entry(name, true), right('captcha')], 'CONFIRMED')).toEqual(ASK_CODE)
      expect(matchSession(all, [srp, verified, right('captcha'), right('code'), entry(name, true)], 'CONFIRMED')).toEqual(PASSED)
      expect(matchSession(all, [srp, verified, entry(name, false), right('captcha')], 'CONFIRMED')).toEqual(NOT_THE_STEPS)
      expect(matchSession(all, [entry(name, true), right('captcha'), right('code')], 'CONFIRMED')).toEqual(NO_PASSWORD)
    },
  )

  it.each(['FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED'])('asks a user in the state %s for a new password', (status) => {
    const changed = entry('NEW_PASSWORD_REQUIRED', true)
    const ask = { kind: 'password', challenge: 'NEW_PASSWORD_REQUIRED' }
    expect(matchSession(all, [srp, verified], status)).toEqual(ask)
    expect(matchSession(all, [srp, verified, entry('SMS_MFA', true)], status)).toEqual(ask)
    expect(matchSession(all, [srp, verified, right('captcha')], status)).toEqual(NO_PASSWORD)
    for (const next of [status, 'CONFIRMED'])
      expect(matchSession(all, [srp, verified, changed], next)).toEqual({ kind: 'custom', step: 'captcha', state: undefined })
    expect(matchSession(all, [srp, verified, entry('NEW_PASSWORD_REQUIRED', false)], 'CONFIRMED')).toEqual(NOT_THE_STEPS)
  })

  it('needs no custom step', () => {
    expect(matchSession({ password: true, custom: [] }, [srp, verified], 'CONFIRMED')).toEqual(PASSED)
  })
})

const NAMES = ['captcha', 'code', 'link', 'captcha:x', 'code:1.a.b', 'cod', 'code2', '', 'none']
const CHALLENGES = ['SRP_A', 'PASSWORD_VERIFIER', 'CUSTOM_CHALLENGE', 'NEW_PASSWORD_REQUIRED', 'SMS_MFA', 'EMAIL_OTP', 'SOFTWARE_TOKEN_MFA']
const MORE = [
  'DEVICE_SRP_AUTH',
  'DEVICE_PASSWORD_VERIFIER',
  'ADMIN_NO_SRP_AUTH',
  'custom_challenge',
  'CUSTOM_CHALLENGE ',
  'constructor',
  '',
]

describe('sessions of hostile apps', () => {
  it('passes exactly the sessions that an independent oracle accepts', () => {
    const count = runs(4000)
    let passed = 0
    for (let number = 0; number < count; number += 1) {
      const { pick, below, chance } = seededRandom(7, number)
      const steps = ['captcha', 'code', 'link'].slice(0, below(4))
      const declared: DeclaredSteps = {
        password: steps.length === 0 || chance(0.5),
        custom: steps.map((name) => ({ name, attempts: 1 + below(3) })),
      }
      const status = pick(['CONFIRMED', 'CONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED', ''])
      // Starts with a session that may be complete, and damages some of them.
      const session: unknown[] = []
      if (declared.password) session.push(...pick([[srp, verified], [entry('ADMIN_NO_SRP_AUTH', true)]]))
      if (declared.password && chance(0.4)) session.push(entry('NEW_PASSWORD_REQUIRED', true))
      for (const { name, attempts } of declared.custom) {
        for (let tries = below(attempts + 1); tries > 0; tries -= 1) session.push(wrong(pick([name, `${name}:s`])))
        if (chance(0.95)) session.push(right(pick([name, `${name}:s`])))
        if (chance(0.1)) session.push(entry(pick(CHALLENGES), true))
      }
      for (let changes = below(3); changes > 0; changes -= 1) {
        const made = entry(pick([...CHALLENGES, ...MORE]), chance(0.7), pick([null, ...NAMES]))
        session.splice(
          below(session.length + 1),
          pick([0, 0, 1, 2]),
          ...pick([[made], [made], [], [null], [{ ...made, challengeResult: 'true' }]]),
        )
      }

      const { kind } = matchSession(declared, session, status)
      const complete = isComplete(declared, session, status)
      if (complete) passed += 1
      if ((kind === 'passed') !== complete) expect.fail(JSON.stringify({ declared, session, status, kind, complete }))
      if (kind === 'passed') expect(countPassed(session)).toBeGreaterThanOrEqual(declared.custom.length)
    }
    expect(passed).toBeGreaterThan(count / 20)
    if (count > 100_000) console.info(`${count} sessions, ${passed} complete`)
  })
})
