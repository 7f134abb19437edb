import { createTotp } from '../../../src/tools/pool/mfa.ts'
import { META, PASSWORD, type TestPool } from '../pool-sequences.ts'
import { onAda, type RowTests, silent, withToken } from './row.ts'

const NEW_EMAIL = [{ Name: 'email', Value: 'ada@example.net' }]

async function forget(pool: TestPool): Promise<void> {
  onAda(pool)
  await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' })
}

async function askForCode(pool: TestPool): Promise<Readonly<Record<string, unknown>>> {
  const token = await withToken(pool)
  await pool.api('GetUserAttributeVerificationCode', { ...token, AttributeName: 'email' })
  return { ...token, AttributeName: 'email' }
}

/** The operations of signed-in users, and those on passwords and tokens. */
export const ACCOUNT: RowTests = {
  GetTokensFromRefreshToken: {
    async input(pool) {
      onAda(pool)
      const { RefreshToken } = await pool.signIn()
      return { ClientId: pool.clientId, RefreshToken, ...META }
    },
    calls: ['TokenGeneration_Authentication clientMetadata=client'],
  },
  RevokeToken: silent(async (pool) => {
    onAda(pool)
    const { RefreshToken } = await pool.signIn()
    return { ClientId: pool.clientId, Token: RefreshToken }
  }),
  GlobalSignOut: silent(withToken),
  AdminUserGlobalSignOut: silent(onAda),
  ForgotPassword: {
    input: (pool) => {
      onAda(pool)
      return { ClientId: pool.clientId, Username: 'ada', ...META }
    },
    calls: ['CustomMessage_ForgotPassword clientMetadata=client'],
    answers: { CodeDeliveryDetails: { Destination: '+*******0100', DeliveryMedium: 'SMS', AttributeName: 'phone_number' } },
  },
  ConfirmForgotPassword: {
    async input(pool) {
      await forget(pool)
      return { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code(), Password: 'Second-Passw0rd', ...META }
    },
    calls: ['PostConfirmation_ConfirmForgotPassword clientMetadata=client'],
  },
  ChangePassword: silent(async (pool) => ({
    ...(await withToken(pool)),
    PreviousPassword: PASSWORD,
    ProposedPassword: 'Second-Passw0rd',
  })),
  AdminSetUserPassword: silent((pool) => ({ ...onAda(pool), Password: 'Second-Passw0rd', Permanent: true })),
  AdminResetUserPassword: {
    input: (pool) => ({ ...onAda(pool), ...META }),
    calls: ['CustomMessage_ForgotPassword clientMetadata=client'],
  },
  GetUser: silent(withToken, { answers: { Username: 'ada' } }),
  UpdateUserAttributes: {
    input: async (pool) => ({ ...(await withToken(pool)), UserAttributes: NEW_EMAIL, ...META }),
    calls: ['CustomMessage_UpdateUserAttribute clientMetadata=client'],
    answers: { CodeDeliveryDetailsList: [{ Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' }] },
  },
  AdminUpdateUserAttributes: {
    input: (pool) => ({ ...onAda(pool), UserAttributes: NEW_EMAIL, ...META }),
    calls: ['CustomMessage_UpdateUserAttribute clientMetadata=client'],
  },
  DeleteUserAttributes: silent(async (pool) => ({ ...(await withToken(pool)), UserAttributeNames: ['phone_number'] })),
  AdminDeleteUserAttributes: silent((pool) => ({ ...onAda(pool), UserAttributeNames: ['phone_number'] })),
  GetUserAttributeVerificationCode: {
    input: async (pool) => ({ ...(await withToken(pool)), AttributeName: 'email', ...META }),
    calls: ['CustomMessage_VerifyUserAttribute clientMetadata=client'],
  },
  VerifyUserAttribute: silent(async (pool) => ({ ...(await askForCode(pool)), Code: pool.code() })),
  DeleteUser: silent(withToken),
  AssociateSoftwareToken: silent(withToken),
  VerifySoftwareToken: silent(
    async (pool) => {
      const token = await withToken(pool)
      const { body } = await pool.api('AssociateSoftwareToken', token)
      return { ...token, UserCode: createTotp(body.SecretCode, Math.floor(Date.now() / 30_000)) }
    },
    { answers: { Status: 'SUCCESS' } },
  ),
  SetUserMFAPreference: silent(async (pool) => ({ ...(await withToken(pool)), SMSMfaSettings: { Enabled: true, PreferredMfa: true } })),
  AdminSetUserMFAPreference: silent((pool) => ({ ...onAda(pool), EmailMfaSettings: { Enabled: true } })),
  SetUserSettings: silent(async (pool) => ({
    ...(await withToken(pool)),
    MFAOptions: [{ DeliveryMedium: 'SMS', AttributeName: 'phone_number' }],
  })),
}
