import { afterAll, describe, expect, it } from 'vitest'
import { TRIGGER_NAMES } from '../../../src/shared/cognito/triggers.ts'
import { ASSUMPTION_NAMES, ASSUMPTIONS, type AssumptionName, createAssume, isAssumption } from '../../../src/tools/pool/assumptions.ts'
import type { JournalStep } from '../../../src/tools/pool/journal.ts'
import { ONE_CHALLENGE } from '../../support/pool-sequences/sign-in.ts'
import {
  EMAIL,
  type Fields,
  PASSWORD,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
} from '../../support/pool-sequences.ts'

afterAll(stopTestPools)

/** A request that runs the step of an assumption. */
interface Case {
  readonly options?: TestPoolOptions
  readonly run: (pool: TestPool) => Promise<unknown>
  /** The text of the step. */
  readonly step: string
}

const start = (pool: TestPool, AuthFlow: string, parameters: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api('InitiateAuth', { ClientId: pool.clientId, AuthFlow, AuthParameters: { USERNAME: 'ada', ...parameters } })
const respond = (pool: TestPool, ChallengeName: string, Session: string, more: Fields): ReturnType<TestPool['api']> =>
  pool.api('RespondToAuthChallenge', {
    ClientId: pool.clientId,
    ChallengeName,
    Session,
    ChallengeResponses: { USERNAME: 'ada', ...more },
  })

async function signInByCode(pool: TestPool): Promise<void> {
  pool.addUser({ status: 'UNCONFIRMED' })
  const { body } = await start(pool, 'USER_AUTH', { PREFERRED_CHALLENGE: 'EMAIL_OTP' })
  await respond(pool, 'EMAIL_OTP', body.Session, { EMAIL_OTP_CODE: pool.code() })
}

// The tests of managed login run it with both readings.
const CASES: Readonly<Record<Exclude<AssumptionName, 'managed-login-runs-post-authentication'>, Case>> = {
  'custom-auth-runs-pre-authentication': {
    options: { functions: ONE_CHALLENGE },
    run(pool) {
      pool.addUser()
      return start(pool, 'CUSTOM_AUTH')
    },
    step: 'PreAuthentication_Authentication',
  },
  'custom-auth-runs-post-authentication': {
    options: { functions: ONE_CHALLENGE },
    async run(pool) {
      pool.addUser()
      const { body } = await start(pool, 'CUSTOM_AUTH')
      return respond(pool, 'CUSTOM_CHALLENGE', body.Session, { ANSWER: '42' })
    },
    step: 'PostAuthentication_Authentication',
  },
  'user-auth-runs-pre-authentication': {
    run(pool) {
      pool.addUser()
      return start(pool, 'USER_AUTH', { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD })
    },
    step: 'PreAuthentication_Authentication',
  },
  'user-auth-runs-post-authentication': {
    run(pool) {
      pool.addUser()
      return start(pool, 'USER_AUTH', { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD })
    },
    step: 'PostAuthentication_Authentication',
  },
  'new-password-runs-post-authentication': {
    async run(pool) {
      pool.addUser({ status: 'FORCE_CHANGE_PASSWORD' })
      const { body } = await start(pool, 'USER_PASSWORD_AUTH', { PASSWORD })
      return respond(pool, 'NEW_PASSWORD_REQUIRED', body.Session, { NEW_PASSWORD: 'Second-Passw0rd' })
    },
    step: 'PostAuthentication_Authentication',
  },
  'one-time-code-runs-post-confirmation': { run: signInByCode, step: 'PostConfirmation_ConfirmSignUp' },
  'admin-confirm-verifies-email': {
    run(pool) {
      pool.addUser({ status: 'UNCONFIRMED', attributes: { email: EMAIL, email_verified: 'false' } })
      return pool.api('AdminConfirmSignUp', { UserPoolId: pool.userPoolId, Username: 'ada' })
    },
    step: 'the email address, verified',
  },
  'custom-message-runs-before-sender': {
    options: { triggers: TRIGGER_NAMES },
    run(pool) {
      pool.addUser()
      return pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' })
    },
    step: 'CustomMessage_ForgotPassword',
  },
}
const names = ASSUMPTION_NAMES.filter((name) => Object.hasOwn(CASES, name))

/** Runs the case of an assumption with one reading. Returns the trigger calls, and the step that names the assumption. */
async function runWith(
  name: string,
  reading: boolean,
): Promise<{ readonly pool: TestPool; readonly calls: readonly string[]; readonly step: JournalStep | undefined }> {
  const { options = {}, run } = Object.entries(CASES).find(([each]) => each === name)?.[1] ?? { run: async () => undefined }
  const turned = isAssumption(name) && ASSUMPTIONS[name].default !== reading ? [name] : []
  const pool = await startTestPool({ ...options, assume: createAssume(turned) })
  await run(pool)
  const steps = pool.pools.world.journal.entries().flatMap((entry) => entry.steps)
  return { pool, calls: await pool.takeSequence(), step: steps.find(({ assumption }) => assumption === name) }
}

describe('an assumption', () => {
  it.each(names)('%s runs its step, and the journal names it, if it holds', async (name) => {
    const { calls, step } = await runWith(name, true)

    expect(step).toMatchObject({ assumption: name })
    expect(step).not.toHaveProperty('skipped')
    if (step?.kind === 'trigger') expect(calls).toContain(step.text)
  })

  it.each(names)('%s leaves its step out, and the journal says so, if it does not hold', async (name) => {
    const { calls, step } = await runWith(name, false)

    expect(step).toMatchObject({ assumption: name, skipped: true })
    expect(calls).not.toContain(step?.text)
  })

  it.each(Object.entries(CASES))('%s is about the step that its test expects', async (name, { step: text }) => {
    const { step } = await runWith(name, true)

    expect(step?.text).toBe(text)
  })

  it('has the default reading unless it is turned', () => {
    const [first = 'user-auth-runs-pre-authentication', second = first] = ASSUMPTION_NAMES
    const assume = createAssume([first])

    expect([assume(first), assume(second)]).toEqual([!ASSUMPTIONS[first].default, ASSUMPTIONS[second].default])
  })

  it('has a name that is checked', () => {
    expect(['user-auth-runs-pre-authentication', 'toString', 'unknown'].map(isAssumption)).toEqual([true, false, false])
  })
})

describe('the effect of an assumption', () => {
  it('one-time-code-runs-post-confirmation: the function gets the confirmed user', async () => {
    const pool = await startTestPool({ assume: createAssume(['one-time-code-runs-post-confirmation']) })
    await signInByCode(pool)

    const call = (await pool.takeCalls()).find(({ trigger }) => trigger === 'PostConfirmation')

    expect(call?.event).toMatchObject({ request: { userAttributes: { 'cognito:user_status': 'CONFIRMED', email_verified: 'true' } } })
  })

  it.each([true, false])('admin-confirm-verifies-email: the address is verified: %s', async (reading) => {
    const { pool } = await runWith('admin-confirm-verifies-email', reading)

    const { body } = await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: 'ada' })

    expect(body.UserAttributes).toContainEqual({ Name: 'email_verified', Value: String(reading) })
  })
})
