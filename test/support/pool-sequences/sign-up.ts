import { EMAIL, META, PASSWORD, type TestPool, VALIDATION } from '../pool-sequences.ts'
import { onAda, type RowTests } from './row.ts'

const UserAttributes = [{ Name: 'email', Value: EMAIL }]

async function signUp(pool: TestPool): Promise<void> {
  await pool.api('SignUp', { ClientId: pool.clientId, Username: 'ada', Password: PASSWORD, UserAttributes })
}

/** Sign-up, confirmation and creation by an administrator. */
export const SIGN_UP: RowTests = {
  SignUp: {
    input: ({ clientId }) => ({ ClientId: clientId, Username: 'ada', Password: PASSWORD, UserAttributes, ...VALIDATION, ...META }),
    calls: ['PreSignUp_SignUp validationData=validation clientMetadata=client', 'CustomMessage_SignUp clientMetadata=client'],
    answers: { UserConfirmed: false, CodeDeliveryDetails: { Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' } },
  },
  ConfirmSignUp: {
    async input(pool) {
      await signUp(pool)
      return { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code(), ...META }
    },
    calls: ['PostConfirmation_ConfirmSignUp clientMetadata=client'],
  },
  ResendConfirmationCode: {
    async input(pool) {
      await signUp(pool)
      return { ClientId: pool.clientId, Username: 'ada', ...META }
    },
    calls: ['CustomMessage_ResendCode clientMetadata=client'],
    answers: { CodeDeliveryDetails: { Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' } },
  },
  AdminConfirmSignUp: {
    async input(pool) {
      await signUp(pool)
      return { ...onAda(pool), ...META }
    },
    calls: ['PostConfirmation_ConfirmSignUp clientMetadata=client'],
  },
  AdminCreateUser: {
    input: ({ userPoolId }) => ({
      UserPoolId: userPoolId,
      Username: 'ada',
      UserAttributes,
      DesiredDeliveryMediums: ['EMAIL'],
      ...VALIDATION,
      ...META,
    }),
    calls: ['PreSignUp_AdminCreateUser validationData=validation clientMetadata=client', 'CustomMessage_AdminCreateUser'],
    answers: { User: { Username: 'ada', UserStatus: 'FORCE_CHANGE_PASSWORD', Enabled: true } },
  },
}
