import { PASSWORD, type PoolAnswer, readCode } from '../flow.ts'
import { createPoolWith, createUser, describeError, type Finding, PLAIN_TRIGGERS, type Subject, signIn, signUp, toSignUp } from './probe.ts'

type State = Readonly<Record<string, string>>

/** A probe of an operation. */
interface OperationProbe {
  readonly name: string
  /** Prepares what the operation needs. */
  readonly prepare?: (subject: Subject) => Promise<State>
  readonly input: (subject: Subject, state: State) => object
  /** Observes the effect. Returns what differs from Cognito. */
  readonly verify?: (subject: Subject, state: State, body: PoolAnswer['body']) => Promise<string | undefined> | string | undefined
}

const withUser = async (subject: Subject): Promise<State> => ({ Username: await createUser(subject, subject.ids) })
const withTokens = async (subject: Subject): Promise<State> => {
  const { Username = '' } = await withUser(subject)
  return { Username, ...(await signIn(subject, subject.ids, Username)) }
}
const withGroup = async (subject: Subject): Promise<State> => {
  const GroupName = `group-${Math.random().toString(36).slice(2, 8)}`
  await subject.send('CreateGroup', { UserPoolId: subject.ids.UserPoolId, GroupName })
  return { GroupName, ...(await withUser(subject)) }
}
const withPool = async (subject: Subject): Promise<State> => ({ ...(await createPoolWith(subject, PLAIN_TRIGGERS)) })

const pool = ({ ids: { UserPoolId } }: Subject): { readonly UserPoolId: string } => ({ UserPoolId })
const user = (subject: Subject, { Username }: State): object => ({ ...pool(subject), Username })
const member = (subject: Subject, { Username, GroupName }: State): object => ({ ...pool(subject), Username, GroupName })

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

const expectStatus =
  (expected: string) =>
  async (subject: Subject, { Username = '' }: State): Promise<string | undefined> => {
    const { status } = await look(subject, Username)
    return status === expected ? undefined : `the user is ${status}, not ${expected}`
  }
const expectAttribute =
  (name: string, expected: string | undefined) =>
  async (subject: Subject, { Username = '' }: State): Promise<string | undefined> => {
    const { attributes } = await look(subject, Username)
    return attributes[name] === expected ? undefined : `${name} is ${attributes[name]}, not ${expected}`
  }
const expectSignIn =
  (isAllowed: boolean, Password: string = PASSWORD) =>
  async (subject: Subject, { Username = '' }: State): Promise<string | undefined> => {
    const AuthParameters = { USERNAME: Username, PASSWORD: Password }
    const { status } = await subject.ask('InitiateAuth', { ClientId: subject.ids.ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })
    return (status === 200) === isAllowed ? undefined : `a sign-in afterwards is ${isAllowed ? 'refused' : 'allowed'}`
  }
/** A revoked access token must be refused, and so must its refresh token. */
const expectRevoked = async (subject: Subject, { AccessToken, RefreshToken }: State): Promise<string | undefined> => {
  const input = { ClientId: subject.ids.ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken } }
  const { status: refreshed } = await subject.ask('InitiateAuth', input)
  const { status: used } = await subject.ask('GetUser', { AccessToken })
  const valid = [...(refreshed === 200 ? ['refresh token'] : []), ...(used === 200 ? ['access token'] : [])]
  return valid.length === 0 ? undefined : `the ${valid.join(' and the ')} stays valid`
}
const NEW_PASSWORD = 'Other-horse-2'
const lacks =
  (...names: readonly string[]) =>
  (_: Subject, __: State, body: PoolAnswer['body']): string | undefined => {
    const missing = names.filter((name) => body[name] === undefined)
    return missing.length === 0 ? undefined : `the answer lacks ${missing.join(' and ')}`
  }

export const OPERATION_PROBES: readonly OperationProbe[] = [
  {
    name: 'SignUp',
    input: ({ ids }) => toSignUp(ids, `new-${Date.now()}`),
    verify: lacks('UserConfirmed', 'UserSub', 'CodeDeliveryDetails'),
  },
  {
    name: 'ConfirmSignUp',
    prepare: async (subject) => {
      const { name, code } = await signUp(subject, subject.ids)
      return { Username: name, code }
    },
    input: ({ ids }, { Username, code }) => ({ ClientId: ids.ClientId, Username, ConfirmationCode: code }),
    verify: expectAttribute('email_verified', 'true'),
  },
  {
    name: 'ResendConfirmationCode',
    prepare: async (subject) => ({ Username: (await signUp(subject, subject.ids)).name }),
    input: ({ ids }, { Username }) => ({ ClientId: ids.ClientId, Username }),
    verify: lacks('CodeDeliveryDetails'),
  },
  {
    name: 'InitiateAuth: USER_PASSWORD_AUTH',
    prepare: withUser,
    input: ({ ids }, { Username }) => ({
      ClientId: ids.ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: Username, PASSWORD },
    }),
    verify: lacks('AuthenticationResult'),
  },
  {
    name: 'InitiateAuth: USER_SRP_AUTH',
    prepare: withUser,
    input: ({ ids }, { Username }) => ({
      ClientId: ids.ClientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: Username, SRP_A: '2'.repeat(700) },
    }),
    verify: lacks('ChallengeParameters'),
  },
  {
    name: 'InitiateAuth: CUSTOM_AUTH',
    prepare: async (subject) => {
      subject.functions.set('DefineAuthChallenge', () => ({
        challengeName: 'CUSTOM_CHALLENGE',
        issueTokens: false,
        failAuthentication: false,
      }))
      return withUser(subject)
    },
    input: ({ ids }, { Username }) => ({ ClientId: ids.ClientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: Username } }),
    verify: lacks('Session'),
  },
  {
    name: 'InitiateAuth: USER_AUTH',
    prepare: async (subject) => {
      const ids = await createPoolWith(subject, PLAIN_TRIGGERS, {}, { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] })
      return { ...ids, Username: await createUser(subject, ids) }
    },
    input: (_, { Username, ClientId }) => ({ ClientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: Username } }),
    verify: lacks('AvailableChallenges'),
  },
  {
    name: 'InitiateAuth: REFRESH_TOKEN_AUTH',
    prepare: withTokens,
    input: ({ ids }, { RefreshToken }) => ({
      ClientId: ids.ClientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: RefreshToken },
    }),
    verify: lacks('AuthenticationResult'),
  },
  {
    name: 'AdminInitiateAuth',
    prepare: withUser,
    input: ({ ids }, { Username }) => ({ ...ids, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters: { USERNAME: Username, PASSWORD } }),
    verify: lacks('AuthenticationResult'),
  },
  {
    name: 'RespondToAuthChallenge: NEW_PASSWORD_REQUIRED',
    prepare: (subject) => withNewPassword(subject),
    input: ({ ids }, { Username, Session }) => ({
      ClientId: ids.ClientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME: Username, NEW_PASSWORD },
    }),
    verify: expectStatus('CONFIRMED'),
  },
  {
    name: 'AdminRespondToAuthChallenge: NEW_PASSWORD_REQUIRED',
    prepare: (subject) => withNewPassword(subject),
    input: ({ ids }, { Username, Session }) => ({
      ...ids,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME: Username, NEW_PASSWORD },
    }),
    verify: expectStatus('CONFIRMED'),
  },
  {
    name: 'GetTokensFromRefreshToken',
    prepare: withTokens,
    input: ({ ids }, { RefreshToken }) => ({ ClientId: ids.ClientId, RefreshToken }),
    verify: lacks('AuthenticationResult'),
  },
  {
    name: 'RevokeToken',
    prepare: withTokens,
    input: ({ ids }, { RefreshToken }) => ({ ClientId: ids.ClientId, Token: RefreshToken }),
    verify: expectRevoked,
  },
  { name: 'GlobalSignOut', prepare: withTokens, input: (_, { AccessToken }) => ({ AccessToken }), verify: expectRevoked },
  { name: 'AdminUserGlobalSignOut', prepare: withTokens, input: user, verify: expectRevoked },
  {
    name: 'ForgotPassword',
    prepare: withUser,
    input: ({ ids }, { Username }) => ({ ClientId: ids.ClientId, Username }),
    verify: lacks('CodeDeliveryDetails'),
  },
  {
    name: 'ConfirmForgotPassword',
    prepare: async (subject) => {
      const { Username = '' } = await withUser(subject)
      await subject.send('ForgotPassword', { ClientId: subject.ids.ClientId, Username })
      return { Username, code: await readCode(subject, subject.pool.name, `${Username}@example.com`) }
    },
    input: ({ ids }, { Username, code }) => ({ ClientId: ids.ClientId, Username, ConfirmationCode: code, Password: NEW_PASSWORD }),
    verify: expectSignIn(true, NEW_PASSWORD),
  },
  {
    name: 'ChangePassword',
    prepare: withTokens,
    input: (_, { AccessToken }) => ({ AccessToken, PreviousPassword: PASSWORD, ProposedPassword: NEW_PASSWORD }),
    verify: expectSignIn(true, NEW_PASSWORD),
  },
  { name: 'GetUser', prepare: withTokens, input: (_, { AccessToken }) => ({ AccessToken }), verify: lacks('Username', 'UserAttributes') },
  {
    name: 'UpdateUserAttributes',
    prepare: withTokens,
    input: (_, { AccessToken }) => ({ AccessToken, UserAttributes: [{ Name: 'nickname', Value: 'Mary' }] }),
    verify: expectAttribute('nickname', 'Mary'),
  },
  {
    name: 'DeleteUserAttributes',
    prepare: async (subject) => {
      const state = await withTokens(subject)
      await subject.send('AdminUpdateUserAttributes', { ...user(subject, state), UserAttributes: [{ Name: 'nickname', Value: 'Mary' }] })
      return state
    },
    input: (_, { AccessToken }) => ({ AccessToken, UserAttributeNames: ['nickname'] }),
    verify: expectAttribute('nickname', undefined),
  },
  {
    name: 'GetUserAttributeVerificationCode',
    prepare: withTokens,
    input: (_, { AccessToken }) => ({ AccessToken, AttributeName: 'email' }),
    verify: lacks('CodeDeliveryDetails'),
  },
  {
    name: 'VerifyUserAttribute',
    prepare: async (subject) => {
      const state = await withTokens(subject)
      await subject.send('GetUserAttributeVerificationCode', { AccessToken: state.AccessToken, AttributeName: 'email' })
      return { ...state, code: await readCode(subject, subject.pool.name, `${state.Username}@example.com`) }
    },
    input: (_, { AccessToken, code }) => ({ AccessToken, AttributeName: 'email', Code: code }),
    verify: expectAttribute('email_verified', 'true'),
  },
  { name: 'DeleteUser', prepare: withTokens, input: (_, { AccessToken }) => ({ AccessToken }), verify: expectSignIn(false) },
  { name: 'AssociateSoftwareToken', prepare: withTokens, input: (_, { AccessToken }) => ({ AccessToken }), verify: lacks('SecretCode') },
  {
    name: 'SetUserMFAPreference',
    prepare: withTokens,
    input: (_, { AccessToken }) => ({ AccessToken, EmailMfaSettings: { Enabled: false } }),
  },
  { name: 'SetUserSettings', prepare: withTokens, input: (_, { AccessToken }) => ({ AccessToken, MFAOptions: [] }) },
  {
    name: 'AdminSetUserMFAPreference',
    prepare: withUser,
    input: (subject, state) => ({ ...user(subject, state), EmailMfaSettings: { Enabled: false } }),
  },
  {
    name: 'AdminCreateUser',
    input: (subject) => ({ ...pool(subject), Username: `made-${Date.now()}`, MessageAction: 'SUPPRESS' }),
    verify: (_, __, { User }) =>
      Object(User).UserStatus === 'FORCE_CHANGE_PASSWORD' ? undefined : `the user is ${Object(User).UserStatus}`,
  },
  {
    name: 'AdminConfirmSignUp',
    prepare: async (subject) => ({ Username: (await signUp(subject, subject.ids)).name }),
    input: user,
    verify: expectStatus('CONFIRMED'),
  },
  { name: 'AdminGetUser', prepare: withUser, input: user, verify: lacks('UserStatus') },
  {
    name: 'AdminUpdateUserAttributes',
    prepare: withUser,
    input: (subject, state) => ({ ...user(subject, state), UserAttributes: [{ Name: 'nickname', Value: 'Mary' }] }),
    verify: expectAttribute('nickname', 'Mary'),
  },
  {
    name: 'AdminDeleteUserAttributes',
    prepare: withUser,
    input: (subject, state) => ({ ...user(subject, state), UserAttributeNames: ['email'] }),
    verify: expectAttribute('email', undefined),
  },
  { name: 'AdminDeleteUser', prepare: withUser, input: user, verify: expectSignIn(false) },
  { name: 'AdminDisableUser', prepare: withUser, input: user, verify: expectSignIn(false) },
  {
    name: 'AdminEnableUser',
    prepare: async (subject) => {
      const state = await withUser(subject)
      await subject.send('AdminDisableUser', user(subject, state))
      return state
    },
    input: user,
    verify: expectSignIn(true),
  },
  {
    name: 'AdminSetUserPassword',
    prepare: withUser,
    input: (subject, state) => ({ ...user(subject, state), Password: NEW_PASSWORD, Permanent: true }),
    verify: expectSignIn(true, NEW_PASSWORD),
  },
  { name: 'AdminResetUserPassword', prepare: withUser, input: user, verify: expectStatus('RESET_REQUIRED') },
  {
    name: 'AdminLinkProviderForUser',
    prepare: withUser,
    input: (subject, { Username }) => ({
      ...pool(subject),
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: Username },
      SourceUser: { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: `${Username}-1` },
    }),
  },
  {
    name: 'AdminDisableProviderForUser',
    prepare: async (subject) => {
      const state = await withUser(subject)
      const SourceUser = { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: `${state.Username}-1` }
      const DestinationUser = { ProviderName: 'Cognito', ProviderAttributeValue: state.Username }
      await subject.send('AdminLinkProviderForUser', { ...pool(subject), DestinationUser, SourceUser })
      return state
    },
    input: (subject, { Username }) => ({
      ...pool(subject),
      User: { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: `${Username}-1` },
    }),
  },
  { name: 'ListUsers', prepare: withUser, input: pool, verify: lacks('Users') },
  {
    name: 'ListUsers with a filter',
    prepare: withUser,
    input: (subject, { Username }) => ({ ...pool(subject), Filter: `email ^= "${Username}@"` }),
    verify: (_, __, { Users }) =>
      Array.isArray(Users) && Users.length === 1 ? undefined : `it lists ${Array.isArray(Users) ? Users.length : 'no'} users, not 1`,
  },
  {
    name: 'ListUsers with a limit',
    prepare: async (subject) => {
      await withUser(subject)
      return withUser(subject)
    },
    input: (subject) => ({ ...pool(subject), Limit: 1 }),
    verify: (_, __, { Users }) => (Array.isArray(Users) && Users.length === 1 ? undefined : 'it ignores the limit'),
  },
  { name: 'CreateGroup', input: (subject) => ({ ...pool(subject), GroupName: `g-${Date.now()}` }), verify: lacks('Group') },
  { name: 'GetGroup', prepare: withGroup, input: member, verify: lacks('Group') },
  {
    name: 'UpdateGroup',
    prepare: withGroup,
    input: (subject, state) => ({ ...member(subject, state), Description: 'x' }),
    verify: lacks('Group'),
  },
  { name: 'DeleteGroup', prepare: withGroup, input: member },
  { name: 'ListGroups', prepare: withGroup, input: pool, verify: lacks('Groups') },
  {
    name: 'AdminAddUserToGroup',
    prepare: withGroup,
    input: member,
    verify: async (subject, { Username = '', GroupName }) => {
      const { AccessToken } = await signIn(subject, subject.ids, Username)
      const groups = JSON.parse(Buffer.from(AccessToken?.split('.')[1] ?? '', 'base64url').toString())['cognito:groups']
      return JSON.stringify(groups) === JSON.stringify([GroupName])
        ? undefined
        : `the access token has the groups ${JSON.stringify(groups)}`
    },
  },
  { name: 'AdminListGroupsForUser', prepare: withGroup, input: (subject, state) => user(subject, state), verify: lacks('Groups') },
  {
    name: 'AdminRemoveUserFromGroup',
    prepare: async (subject) => {
      const state = await withGroup(subject)
      await subject.send('AdminAddUserToGroup', member(subject, state))
      return state
    },
    input: member,
  },
  {
    name: 'ListUsersInGroup',
    prepare: withGroup,
    input: (subject, { GroupName }) => ({ ...pool(subject), GroupName }),
    verify: lacks('Users'),
  },
  { name: 'CreateUserPool', input: () => ({ PoolName: 'other' }), verify: lacks('UserPool') },
  { name: 'DescribeUserPool', input: pool, verify: lacks('UserPool') },
  { name: 'UpdateUserPool', prepare: withPool, input: (_, { UserPoolId }) => ({ UserPoolId, MfaConfiguration: 'OPTIONAL' }) },
  { name: 'DeleteUserPool', prepare: withPool, input: (_, { UserPoolId }) => ({ UserPoolId }) },
  { name: 'ListUserPools', input: () => ({ MaxResults: 10 }), verify: lacks('UserPools') },
  {
    name: 'AddCustomAttributes',
    prepare: withPool,
    input: (_, { UserPoolId }) => ({ UserPoolId, CustomAttributes: [{ Name: 'team', AttributeDataType: 'String' }] }),
  },
  { name: 'GetUserPoolMfaConfig', input: pool, verify: lacks('MfaConfiguration') },
  { name: 'SetUserPoolMfaConfig', prepare: withPool, input: (_, { UserPoolId }) => ({ UserPoolId, MfaConfiguration: 'OFF' }) },
  { name: 'CreateUserPoolClient', input: (subject) => ({ ...pool(subject), ClientName: 'other' }), verify: lacks('UserPoolClient') },
  { name: 'DescribeUserPoolClient', input: ({ ids }) => ids, verify: lacks('UserPoolClient') },
  {
    name: 'UpdateUserPoolClient',
    prepare: withPool,
    input: (_, { UserPoolId, ClientId }) => ({ UserPoolId, ClientId, ClientName: 'x' }),
    verify: lacks('UserPoolClient'),
  },
  { name: 'DeleteUserPoolClient', prepare: withPool, input: (_, { UserPoolId, ClientId }) => ({ UserPoolId, ClientId }) },
  { name: 'ListUserPoolClients', input: (subject) => ({ ...pool(subject), MaxResults: 10 }), verify: lacks('UserPoolClients') },
  { name: 'CreateUserPoolDomain', prepare: withPool, input: (_, { UserPoolId }) => ({ UserPoolId, Domain: 'my-app' }) },
  {
    name: 'CreateResourceServer',
    prepare: withPool,
    input: (_, { UserPoolId }) => ({ UserPoolId, Identifier: 'api', Name: 'API', Scopes: [] }),
  },
  {
    name: 'CreateIdentityProvider',
    prepare: withPool,
    input: (_, { UserPoolId }) => ({
      UserPoolId,
      ProviderName: 'Google',
      ProviderType: 'Google',
      ProviderDetails: { client_id: 'x', client_secret: 'x' },
    }),
  },
]

/** Signs a user in who has a temporary password. */
async function withNewPassword(subject: Subject): Promise<State> {
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

/** Runs the probe of an operation. */
export async function probeOperation(subject: Subject, { name, prepare, input, verify }: OperationProbe): Promise<Finding> {
  subject.functions.reset()
  try {
    const state = (await prepare?.(subject)) ?? {}
    const answer = await subject.ask(name.split(/[: ]/)[0] ?? name, input(subject, state))
    if (answer.status !== 200) return { kind: 'refuses', note: describeError(answer) }
    const difference = await verify?.(subject, state, answer.body)
    return difference === undefined ? { kind: 'works' } : { kind: 'different', note: difference }
  } catch (error) {
    return {
      kind: 'unknown',
      note: `not reached: ${error instanceof Error ? error.message.replace(/^http\S+ answers /, '') : String(error)}`,
    }
  }
}
