import type { Caller, Reply } from './caller.ts'
import type { PoolProcess } from './pool-process.ts'
import type { SrpClient } from './srp-client.ts'

/** A user whose sign-up was acknowledged, and what the pool must know about it. */
export interface KnownUser {
  readonly name: string
  readonly status: 'CONFIRMED' | 'UNCONFIRMED'
  readonly email: string
}

/** One client of the load. */
export interface LoadClient {
  readonly caller: Caller
  readonly pool: PoolProcess
  readonly srp: SrpClient
  readonly password: string
  /** Reports a violation of an invariant. */
  readonly report: (violation: string) => void
}

interface Sent {
  readonly reply: Reply
  readonly requests: number
}

/**
 * Signs a user up, confirms it, signs it in, refreshes, tries a wrong password, changes the email address and signs it out. A request
 * whose connection is cut is sent again. The error that says that the first request had its effect is allowed only then.
 */
export async function runJourney(client: LoadClient, name: string, bySrp: boolean, confirms: boolean): Promise<KnownUser> {
  const { caller, pool, password } = client
  const ClientId = pool.clientId
  const email = `${name}@example.com`
  const UserAttributes = [{ Name: 'email', Value: email }]
  const signedUp = await caller.sendUntilAnswered('SignUp', { ClientId, Username: name, Password: password, UserAttributes })
  expectAnswer(client, `SignUp ${name}`, signedUp, 'UsernameExistsException')
  checkCount(client, 'message', email, 1)
  if (!confirms) return { name, status: 'UNCONFIRMED', email }

  const ConfirmationCode = await caller.readCode(email)
  const confirmed = await caller.sendUntilAnswered('ConfirmSignUp', { ClientId, Username: name, ConfirmationCode })
  expectAnswer(client, `ConfirmSignUp ${name}`, confirmed, 'NotAuthorizedException')
  checkCount(client, 'PostConfirmation', name, 1)

  const tokens = bySrp ? await signInBySrp(client, name, password) : await signInByPassword(client, name, password)
  await refresh(client, tokens.RefreshToken)
  await tryWrongPassword(client, name, bySrp)
  const changed = `changed-${email}`
  const update = { AccessToken: tokens.AccessToken, UserAttributes: [{ Name: 'email', Value: changed }] }
  const updated = await caller.sendUntilAnswered('UpdateUserAttributes', update)
  expectAnswer(client, `UpdateUserAttributes ${name}`, updated)
  checkCount(client, 'message', changed, updated.requests)
  await signOut(client, name, tokens)
  return { name, status: 'CONFIRMED', email: changed }
}

/** Reports an answer that is neither a success, nor the error of a repeated request. */
function expectAnswer({ report }: LoadClient, what: string, { reply, requests }: Sent, whenRepeated?: string): void {
  const isRepeated = requests > 1 && reply.error !== undefined && reply.error === whenRepeated
  if (reply.status !== 200 && !isRepeated) report(`${what}: ${reply.status} ${reply.error}: ${reply.message} (request ${requests})`)
}

/** Reports an effect that happened more often than requests asked for it. {@link checkUser} finds a missing one. */
function checkCount({ pool, report }: LoadClient, effect: string, subject: string, atMost: number): void {
  const count = pool.countEffects(effect, subject)
  if (count > atMost) report(`${effect} happened ${count} times for ${subject}; at most ${atMost} expected`)
}

type Tokens = Readonly<Record<string, unknown>>

async function signInByPassword({ caller, pool, report }: LoadClient, name: string, password: string): Promise<Tokens> {
  const AuthParameters = { USERNAME: name, PASSWORD: password }
  const input = { ClientId: pool.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }
  const { reply } = await caller.sendUntilAnswered('InitiateAuth', input)
  if (reply.status !== 200) report(`sign-in of ${name}: ${reply.error}: ${reply.message}`)
  return Object(reply.body.AuthenticationResult)
}

async function answerSrp(client: LoadClient, name: string, password: string): Promise<Reply> {
  const { caller, pool, srp } = client
  const AuthParameters = { USERNAME: name, SRP_A: srp.publicValue }
  for (;;) {
    const start = await caller.sendUntilAnswered('InitiateAuth', { ClientId: pool.clientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters })
    if (start.reply.status !== 200) return start.reply
    const { Session, ChallengeParameters } = start.reply.body
    const ChallengeResponses = srp.answer(Object(ChallengeParameters), pool.poolId, password)
    const input = { ClientId: pool.clientId, ChallengeName: 'PASSWORD_VERIFIER', Session, ChallengeResponses }
    // A session can be used once. A cut connection means a new sign-in.
    const reply = await caller.send('RespondToAuthChallenge', input)
    if (reply !== undefined) return reply
  }
}

async function signInBySrp(client: LoadClient, name: string, password: string): Promise<Tokens> {
  const reply = await answerSrp(client, name, password)
  if (reply.status !== 200) client.report(`sign-in with SRP of ${name}: ${reply.error}: ${reply.message}`)
  return Object(reply.body.AuthenticationResult)
}

async function refresh(client: LoadClient, token: unknown): Promise<void> {
  const input = { ClientId: client.pool.clientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: token } }
  expectAnswer(client, 'refresh', await client.caller.sendUntilAnswered('InitiateAuth', input))
}

async function tryWrongPassword(client: LoadClient, name: string, bySrp: boolean): Promise<void> {
  const { caller, pool, password, report } = client
  const wrong = `${password}x`
  const input = { ClientId: pool.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: name, PASSWORD: wrong } }
  const reply = bySrp ? await answerSrp(client, name, wrong) : (await caller.sendUntilAnswered('InitiateAuth', input)).reply
  if (reply.error !== 'NotAuthorizedException' || 'AuthenticationResult' in reply.body)
    report(`a wrong password of ${name} got ${reply.status} ${reply.error}`)
}

async function signOut(client: LoadClient, name: string, { AccessToken, RefreshToken }: Tokens): Promise<void> {
  const { caller, pool, report } = client
  const signedOut = await caller.sendUntilAnswered('GlobalSignOut', { AccessToken })
  expectAnswer(client, `GlobalSignOut ${name}`, signedOut, 'NotAuthorizedException')
  const input = { ClientId: pool.clientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken } }
  const afterwards = [await caller.sendSafely('InitiateAuth', input), await caller.sendSafely('GetUser', { AccessToken })]
  for (const { error } of afterwards)
    if (error !== 'NotAuthorizedException') report(`${name} has valid tokens after the sign-out: ${error}`)
}

/** Checks that a user exists with the right status and email address, and that its effects happened once. */
export async function checkUser({ caller, pool, report }: LoadClient, { name, status, email }: KnownUser): Promise<void> {
  const { reply } = await caller.sendUntilAnswered('AdminGetUser', { UserPoolId: pool.poolId, Username: name })
  if (reply.status !== 200) return report(`${name} is lost: ${reply.error}`)
  if (reply.body.UserStatus !== status) report(`${name} is ${reply.body.UserStatus}; expected ${status}`)
  const attributes: readonly unknown[] = Array.isArray(reply.body.UserAttributes) ? reply.body.UserAttributes : []
  const actual: unknown = attributes.map((each) => Object(each)).find(({ Name }) => Name === 'email')?.Value
  if (actual !== email) report(`${name} has the email address ${actual}; expected ${email}`)
  const confirmations = pool.countEffects('PostConfirmation', name)
  const expected = status === 'CONFIRMED' ? 1 : 0
  if (confirmations !== expected) report(`${name} has ${confirmations} calls of PostConfirmation; expected ${expected}`)
  const messages = pool.countEffects('message', `${name}@example.com`)
  if (messages !== 1) report(`${name} got ${messages} messages for its sign-up; expected 1`)
}
