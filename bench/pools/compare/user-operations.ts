import { PASSWORD, readCode } from '../flow.ts'
import {
  expectAccess,
  expectAttribute,
  expectRevoked,
  expectStatus,
  lacks,
  NEW_PASSWORD,
  type OperationProbe,
  user,
  withNewPassword,
  withTokens,
  withUser,
} from './operation-states.ts'
import { createPoolWith, createUser, PLAIN_TRIGGERS, signUp, toSignUp } from './probe.ts'

/** The operations that users call. */
export const USER_OPERATIONS: readonly OperationProbe[] = [
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
    verify: expectAccess(true, NEW_PASSWORD),
  },
  {
    name: 'ChangePassword',
    prepare: withTokens,
    input: (_, { AccessToken }) => ({ AccessToken, PreviousPassword: PASSWORD, ProposedPassword: NEW_PASSWORD }),
    verify: expectAccess(true, NEW_PASSWORD),
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
  { name: 'DeleteUser', prepare: withTokens, input: (_, { AccessToken }) => ({ AccessToken }), verify: expectAccess(false) },
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
]
