import { PASSWORD, type PoolAnswer } from '../flow.ts'
import { createPoolWith, createUser, PLAIN_TRIGGERS, type Subject, signIn } from './probe.ts'

export type State = Readonly<Record<string, string>>

/** A probe of an operation. */
export interface OperationProbe {
  readonly name: string
  /** Prepares what the operation needs. */
  readonly prepare?: (subject: Subject) => Promise<State>
  readonly input: (subject: Subject, state: State) => object
  /** Observes the effect. Returns what differs from Cognito. */
  readonly verify?: (subject: Subject, state: State, body: PoolAnswer['body']) => Promise<string | undefined> | string | undefined
}

export const withUser = async (subject: Subject): Promise<State> => ({ Username: await createUser(subject, subject.ids) })
export const withTokens = async (subject: Subject): Promise<State> => {
  const { Username = '' } = await withUser(subject)
  return { Username, ...(await signIn(subject, subject.ids, Username)) }
}
export const withGroup = async (subject: Subject): Promise<State> => {
  const GroupName = `group-${Math.random().toString(36).slice(2, 8)}`
  await subject.send('CreateGroup', { UserPoolId: subject.ids.UserPoolId, GroupName })
  return { GroupName, ...(await withUser(subject)) }
}
export const withPool = async (subject: Subject): Promise<State> => ({ ...(await createPoolWith(subject, PLAIN_TRIGGERS)) })

export const pool = ({ ids: { UserPoolId } }: Subject): { readonly UserPoolId: string } => ({ UserPoolId })
export const user = (subject: Subject, { Username }: State): object => ({ ...pool(subject), Username })
export const member = (subject: Subject, { Username, GroupName }: State): object => ({ ...pool(subject), Username, GroupName })

/** Returns what administrators see of a user. */
async function look(
  subject: Subject,
  Username: string,
): Promise<{ readonly status: string; readonly enabled: boolean; readonly attributes: Record<string, string> }> {
  const { UserStatus, Enabled, UserAttributes } = await subject.send('AdminGetUser', { ...pool(subject), Username })
  const list: readonly { readonly Name: string; readonly Value: string }[] = Array.isArray(UserAttributes) ? UserAttributes : []
  return {
    status: String(UserStatus),
    enabled: Enabled === true,
    attributes: Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])),
  }
}

export const expectStatus =
  (expected: string) =>
  async (subject: Subject, { Username = '' }: State): Promise<string | undefined> => {
    const { status } = await look(subject, Username)
    return status === expected ? undefined : `the user is ${status}, not ${expected}`
  }
export const expectAttribute =
  (name: string, expected: string | undefined) =>
  async (subject: Subject, { Username = '' }: State): Promise<string | undefined> => {
    const { attributes } = await look(subject, Username)
    return attributes[name] === expected ? undefined : `${name} is ${attributes[name]}, not ${expected}`
  }
export const expectAccess =
  (isAllowed: boolean, Password: string = PASSWORD) =>
  async (subject: Subject, { Username = '' }: State): Promise<string | undefined> => {
    const AuthParameters = { USERNAME: Username, PASSWORD: Password }
    const { status } = await subject.ask('InitiateAuth', { ClientId: subject.ids.ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })
    return (status === 200) === isAllowed ? undefined : `a sign-in afterwards is ${isAllowed ? 'refused' : 'allowed'}`
  }
/** A revoked access token must be refused, and so must its refresh token. */
export const expectRevoked = async (subject: Subject, { AccessToken, RefreshToken }: State): Promise<string | undefined> => {
  const input = { ClientId: subject.ids.ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken } }
  const { status: refreshed } = await subject.ask('InitiateAuth', input)
  const { status: used } = await subject.ask('GetUser', { AccessToken })
  const valid = [...(refreshed === 200 ? ['refresh token'] : []), ...(used === 200 ? ['access token'] : [])]
  return valid.length === 0 ? undefined : `the ${valid.join(' and the ')} stays valid`
}
export const NEW_PASSWORD = 'Other-horse-2'
export const lacks =
  (...names: readonly string[]) =>
  (_: Subject, __: State, body: PoolAnswer['body']): string | undefined => {
    const missing = names.filter((name) => body[name] === undefined)
    return missing.length === 0 ? undefined : `the answer lacks ${missing.join(' and ')}`
  }
/** Signs a user in who has a temporary password. */
export async function withNewPassword(subject: Subject): Promise<State> {
  const { Username = '' } = await withUser(subject)
  await subject.send('AdminSetUserPassword', { ...user(subject, { Username }), Password: PASSWORD, Permanent: false })
  const AuthParameters = { USERNAME: Username, PASSWORD }
  const { Session, ChallengeName } = await subject.send('InitiateAuth', {
    ClientId: subject.ids.ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters,
  })
  if (ChallengeName !== 'NEW_PASSWORD_REQUIRED')
    throw new Error(`a sign-in with a temporary password asks ${JSON.stringify(ChallengeName)}`)
  return { Username, Session: String(Session) }
}
