import {
  expectAccess,
  expectAttribute,
  expectStatus,
  lacks,
  member,
  NEW_PASSWORD,
  type OperationProbe,
  pool,
  user,
  withGroup,
  withPool,
  withUser,
} from './operation-states.ts'
import { signIn, signUp } from './probe.ts'

/** The operations that administrators call. */
export const ADMIN_OPERATIONS: readonly OperationProbe[] = [
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
  { name: 'AdminDeleteUser', prepare: withUser, input: user, verify: expectAccess(false) },
  { name: 'AdminDisableUser', prepare: withUser, input: user, verify: expectAccess(false) },
  {
    name: 'AdminEnableUser',
    prepare: async (subject) => {
      const state = await withUser(subject)
      await subject.send('AdminDisableUser', user(subject, state))
      return state
    },
    input: user,
    verify: expectAccess(true),
  },
  {
    name: 'AdminSetUserPassword',
    prepare: withUser,
    input: (subject, state) => ({ ...user(subject, state), Password: NEW_PASSWORD, Permanent: true }),
    verify: expectAccess(true, NEW_PASSWORD),
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
