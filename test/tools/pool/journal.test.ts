import { afterAll, describe, expect, it } from 'vitest'
import { createJournal, hidePasswords, type JournalEntry } from '../../../src/tools/pool/journal.ts'
import { EMAIL, PASSWORD, startTestPool, stopTestPools } from '../../support/pool-sequences.ts'

afterAll(stopTestPools)

const ENTRY: Omit<JournalEntry, 'id'> = {
  at: '2026-01-01T00:00:00.000Z',
  operation: 'SignUp',
  userPoolId: null,
  clientId: null,
  userName: null,
  input: null,
  steps: [],
  answer: null,
  error: null,
  durationMs: 1,
}

describe('the journal', () => {
  it('keeps the newest entries, with numbers that go on', () => {
    const journal = createJournal(2)
    for (const operation of ['one', 'two', 'three']) journal.add({ ...ENTRY, operation })

    expect(journal.entries().map(({ id, operation }) => [id, operation])).toEqual([
      [2, 'two'],
      [3, 'three'],
    ])
  })

  it('sends each new entry to its followers, until they leave', () => {
    const journal = createJournal()
    const seen: number[] = []
    const leave = journal.follow(({ id }) => seen.push(id))
    journal.add(ENTRY)
    leave()
    journal.add(ENTRY)

    expect(seen).toEqual([1])
  })

  it('hides passwords and secrets at every level', () => {
    expect(
      hidePasswords({
        Password: PASSWORD,
        AuthParameters: { USERNAME: 'ada', PASSWORD, SECRET_HASH: 'x' },
        ChallengeResponses: [{ NEW_PASSWORD: PASSWORD }],
        UserPoolClient: { ClientId: 'id', ClientSecret: 'x' },
        none: null,
      }),
    ).toEqual({
      Password: '(hidden)',
      AuthParameters: { USERNAME: 'ada', PASSWORD: '(hidden)', SECRET_HASH: '(hidden)' },
      ChallengeResponses: [{ NEW_PASSWORD: '(hidden)' }],
      UserPoolClient: { ClientId: 'id', ClientSecret: '(hidden)' },
      none: null,
    })
  })

  it('holds no password, whichever operation carries it', async () => {
    const SECRETS = [PASSWORD, 'Second-Passw0rd', 'Third-Passw0rd', 'Fourth-Passw0rd', 'Temporary-Passw0rd']
    const pool = await startTestPool({
      functions: {
        UserMigration: () => ({
          userAttributes: { email: EMAIL, email_verified: 'true' },
          finalUserStatus: 'CONFIRMED',
          messageAction: 'SUPPRESS',
        }),
      },
    })
    const ada = { UserPoolId: pool.userPoolId, Username: 'ada' }
    const { AccessToken } = await pool.signIn()
    await pool.api('ChangePassword', { AccessToken, PreviousPassword: PASSWORD, ProposedPassword: SECRETS[1] })
    await pool.api('AdminSetUserPassword', { ...ada, Password: SECRETS[2] })
    const { body } = await pool.api('InitiateAuth', {
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada', PASSWORD: SECRETS[2] },
    })
    const done = await pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: body.Session,
      ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD: SECRETS[3] },
    })
    await pool.api('AdminCreateUser', { ...ada, Username: 'eve', TemporaryPassword: SECRETS[4] })

    const written = JSON.stringify(pool.pools.world.journal.entries())

    expect(done.status).toBe(200)
    expect(written).toContain('UserMigration_Authentication')
    expect(SECRETS.filter((secret) => written.includes(secret))).toEqual([])
  })

  it('records the steps of a request, with each call of a trigger, up to the step that failed', async () => {
    const pool = await startTestPool()
    pool.addUser({ status: 'UNCONFIRMED' })
    await pool.api('InitiateAuth', {
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada', PASSWORD },
    })

    const entry = pool.pools.world.journal.entries().at(-1)

    expect(entry).toMatchObject({
      operation: 'InitiateAuth USER_PASSWORD_AUTH',
      userPoolId: pool.userPoolId,
      clientId: pool.clientId,
      userName: 'ada',
      answer: null,
      error: { type: 'UserNotConfirmedException', message: 'User is not confirmed.' },
    })
    expect(entry?.steps.map(({ kind, trigger }) => (trigger === undefined ? kind : trigger.source)).slice(-3)).toEqual([
      'PreAuthentication_Authentication',
      'check',
      'check',
    ])
  })

  it('is readable over HTTP', async () => {
    const pool = await startTestPool()
    await pool.api('ListUserPools', { MaxResults: 1 })

    const entries: unknown = await (await fetch(`${pool.pools.endpoint}/_lifeguard/journal`)).json()

    expect(entries).toMatchObject([{ operation: 'ListUserPools' }])
  })
})
