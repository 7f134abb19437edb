import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuthError } from '../../../src/client/read-auth-error.ts'
import { preAuthentication } from '../../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../../src/pre-signup/trigger.ts'
import { denyEmailDomains } from '../../../src/rules/deny-email-domains.ts'
import { refusalTexts } from '../../../src/shared/messages/refusal-texts.ts'
import { denyIf } from '../../../src/shared/rules/combinators.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { unchecked } from '../harness.ts'
import { startTestPool, type TestPool, type TriggerFunctions } from '../pool.ts'
import { createUser, PASSWORD } from './users.ts'

/** A client that reads the error of each call. */
interface Opened {
  readonly readError: (method: string, ...args: readonly unknown[]) => Promise<AuthError | null>
  readonly close?: () => Promise<void>
}

const TIMEOUT = 180_000
const NOTHING = { trigger: null, code: null, field: null }
const silent = { write: () => undefined }

const texts = refusalTexts({
  fallback: 'en',
  locales: {
    en: { 'email-not-allowed': 'Use the address of your school', 'no-invite': 'You need an invitation (ask your teacher).' },
    de: { 'email-not-allowed': 'Nimm die Adresse deiner Schule' },
  },
})

/** Makes the functions of the pool. Events of a client are JSON, as in Lambda. */
function createTriggers(): TriggerFunctions {
  const crash = defineRule('crash', ({ user }) => {
    if (user.email?.startsWith('crash')) throw new Error('a secret of the server')
    return { kind: 'skip' }
  })
  const signUp = preSignUp(
    { ...silent, refusalCodes: 'all', refusalTexts: texts },
    crash,
    denyEmailDomains('denied.example'),
    denyIf(({ user }) => user.email?.startsWith('stranger') ?? false, 'no-invite', 'No', { code: 'no-invite', field: 'email' }),
  )
  const signIn = preAuthentication(
    silent,
    denyIf(({ user }) => user.email?.startsWith('blocked') ?? false, 'blocked', 'This account is closed..'),
  )
  return { PreSignUp: (event) => signUp(unchecked(event)), PreAuthentication: (event) => signIn(unchecked(event)) }
}

/** Defines the tests that `readAuthError` must pass with the errors of each client. `open` connects a client to a pool. */
export function describeAuthErrors(open: (pool: TestPool) => Promise<Opened>): void {
  let pool: TestPool
  let opened: Opened

  beforeAll(async () => {
    pool = await startTestPool({ triggers: createTriggers() })
    opened = await open(pool)
  }, TIMEOUT)
  afterAll(async () => {
    await opened?.close?.()
    await pool?.stop()
  }, TIMEOUT)

  /** Returns the error with null for what it lacks, because undefined does not leave a browser. */
  const read = async (method: string, ...args: readonly unknown[]): Promise<unknown> => {
    const error = await opened.readError(method, ...args)
    return error && { ...NOTHING, ...Object.fromEntries(Object.entries(error).filter(([, value]) => value !== undefined)) }
  }
  const signUp = (email: string, attributes = {}, password = PASSWORD) => read('signUp', email, password, attributes, {})

  it('reads the code, the field and the text of a refusal', { timeout: TIMEOUT }, async () => {
    const refused = { kind: 'refused', trigger: 'PreSignUp', field: 'email', retry: false }

    expect(await signUp('eve@denied.example')).toEqual({ ...refused, code: 'email-not-allowed', message: 'Use the address of your school' })
    expect(await signUp('eve@denied.example', { locale: 'de_AT' })).toEqual({
      ...{ ...refused, code: 'email-not-allowed', message: 'Nimm die Adresse deiner Schule' },
    })
    expect(await signUp('stranger@example.com')).toEqual({
      ...{ ...refused, code: 'no-invite', message: 'You need an invitation (ask your teacher)' },
    })
  })

  it('reads a refusal without a code', { timeout: TIMEOUT }, async () => {
    const email = await createUser(pool, 'blocked@example.com')

    expect(await read('signIn', email, PASSWORD, {})).toEqual({
      ...{ ...NOTHING, kind: 'refused', trigger: 'PreAuthentication', message: 'This account is closed', retry: false },
    })
  })

  it('reads the failure of a function', { timeout: TIMEOUT }, async () => {
    expect(await signUp('crash@example.com')).toEqual({
      ...{ ...NOTHING, kind: 'failed', trigger: 'PreSignUp', message: 'Something went wrong, please try again later', retry: true },
    })
  })

  it("reads Cognito's own errors", { timeout: TIMEOUT }, async () => {
    const email = await createUser(pool, 'known@example.com')
    const fresh = 'fresh@example.com'
    expect(await signUp(fresh)).toBe(null)
    const code = await pool.inboxCode(fresh)

    expect(await signUp(email)).toMatchObject({ ...NOTHING, kind: 'username-exists', retry: false })
    expect(await signUp('weak@example.com', {}, 'weak-but-long')).toMatchObject({ kind: 'invalid-password', retry: false })
    expect(await read('signIn', email, 'Wrong-horse-1', {})).toMatchObject({
      ...{ ...NOTHING, kind: 'not-authorized', message: 'Incorrect username or password.', retry: false },
    })
    expect(await read('confirm', fresh, code === '000000' ? '111111' : '000000')).toMatchObject({ kind: 'code-mismatch', retry: false })
    expect(await read('confirm', fresh, code)).toBe(null)
  })

  it('reads a limit', { timeout: TIMEOUT }, async () => {
    const email = 'guesser@example.com'
    await signUp(email)
    const wrong = (await pool.inboxCode(email)) === '000000' ? '111111' : '000000'
    for (let tries = 0; tries < 5; tries += 1) await read('confirm', email, wrong)

    expect(await read('confirm', email, wrong)).toMatchObject({ kind: 'limit-exceeded', retry: true })
  })

  it('reads that the pool cannot be reached', { timeout: TIMEOUT }, async () => {
    await pool.stop()

    expect(await read('confirm', 'any@example.com', '000000')).toMatchObject({ ...NOTHING, kind: 'network', retry: true })
  })
}
