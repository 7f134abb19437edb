import { Amplify } from 'aws-amplify'
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  confirmUserAttribute,
  deleteUser,
  fetchAuthSession,
  fetchUserAttributes,
  resendSignUpCode,
  resetPassword,
  type SignInOutput,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  updateUserAttributes,
  verifyTOTPSetup,
} from 'aws-amplify/auth'
import type { PoolAddress } from '../pool.ts'
import type { Step, TestClient, Tokens } from './client.ts'

const STEPS: Readonly<Record<string, Step['step']>> = {
  CONFIRM_SIGN_IN_WITH_TOTP_CODE: 'totp',
  CONFIRM_SIGN_IN_WITH_SMS_CODE: 'sms',
  CONFIRM_SIGN_IN_WITH_EMAIL_CODE: 'email',
  CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE: 'custom',
  DONE: 'done',
}

function toStep({ nextStep }: SignInOutput): Step {
  const step = STEPS[nextStep.signInStep]
  if (step === undefined) throw new Error(`Unexpected step ${nextStep.signInStep}`)
  const { additionalInfo } = 'additionalInfo' in nextStep ? nextStep : {}
  const parameters = Object.entries(additionalInfo ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { step, ...(step === 'custom' && { parameters: Object.fromEntries(parameters) }) }
}

async function readTokens(forceRefresh: boolean): Promise<Tokens> {
  const { tokens } = await fetchAuthSession({ forceRefresh })
  return { access: String(tokens?.accessToken), id: String(tokens?.idToken) }
}

/** Points Amplify to a pool. Amplify has one configuration in a process. */
export function configureAmplify({ endpoint, userPoolId, clientId }: PoolAddress): void {
  Amplify.configure({ Auth: { Cognito: { userPoolId, userPoolClientId: clientId, userPoolEndpoint: endpoint } } })
}

/** Creates a client that uses Amplify, which signs in with SRP. */
export function createAmplifyClient(pool: PoolAddress): TestClient {
  configureAmplify(pool)
  return {
    async signUp(email, password, attributes, clientMetadata) {
      const userAttributes = { email, ...attributes }
      const { nextStep } = await signUp({ username: email, password, options: { userAttributes, clientMetadata: { ...clientMetadata } } })
      const destination = nextStep.signUpStep === 'CONFIRM_SIGN_UP' ? (nextStep.codeDeliveryDetails.destination ?? null) : null
      return { confirmed: nextStep.signUpStep === 'DONE', destination }
    },
    async confirm(email, confirmationCode) {
      await confirmSignUp({ username: email, confirmationCode })
    },
    async resend(email) {
      const { destination } = await resendSignUpCode({ username: email })
      return destination ?? null
    },
    async signIn(email, password, clientMetadata) {
      // Amplify refuses a second sign-in, so it forgets the first user.
      await signOut()
      return toStep(await signIn({ username: email, password, options: { clientMetadata: { ...clientMetadata } } }))
    },
    async startCustom(email) {
      await signOut()
      return toStep(await signIn({ username: email, options: { authFlowType: 'CUSTOM_WITHOUT_SRP' } }))
    },
    answer: async (challengeResponse) => toStep(await confirmSignIn({ challengeResponse })),
    tokens: () => readTokens(false),
    refresh: () => readTokens(true),
    async attributes() {
      const attributes = Object.entries(await fetchUserAttributes())
      return Object.fromEntries(attributes.map(([name, value = '']) => [name, value]))
    },
    async forgot(email) {
      const { nextStep } = await resetPassword({ username: email })
      return nextStep.codeDeliveryDetails.destination ?? null
    },
    async reset(email, confirmationCode, newPassword) {
      await confirmResetPassword({ username: email, confirmationCode, newPassword })
    },
    async changeEmail(email) {
      await updateUserAttributes({ userAttributes: { email } })
    },
    async verifyEmail(confirmationCode) {
      await confirmUserAttribute({ userAttributeKey: 'email', confirmationCode })
    },
    setUpApp: async () => (await setUpTOTP()).sharedSecret,
    async verifyApp(code) {
      await verifyTOTPSetup({ code })
    },
    async preferFactor(factor) {
      await updateMFAPreference({ [factor]: 'PREFERRED' })
    },
    signOutEverywhere: () => signOut({ global: true }),
    deleteUser: () => deleteUser(),
  }
}
