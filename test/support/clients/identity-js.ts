import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
  type IAuthenticationCallback,
  type NodeCallback,
} from 'amazon-cognito-identity-js'
import type { PoolAddress } from '../pool.ts'
import type { Step, TestClient, Texts, Tokens } from './client.ts'

/** Converts a callback of the library to a promise. */
function promised<Result>(start: (callback: NodeCallback<Error, Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error || result === undefined ? reject(error) : resolve(result)))
  })
}

/** Converts the two callbacks of the library's other style to a promise. */
function completed<Result>(
  start: (callbacks: { onSuccess: (result: Result) => void; onFailure: (error: Error) => void }) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => start({ onSuccess: resolve, onFailure: reject }))
}

/** Starts a part of a sign-in, and resolves with its next step. */
function toStep(start: (callbacks: IAuthenticationCallback) => void): Promise<Step> {
  return new Promise((resolve, reject) => {
    start({
      onSuccess: () => resolve({ step: 'done' }),
      onFailure: reject,
      mfaRequired: () => resolve({ step: 'sms' }),
      totpRequired: () => resolve({ step: 'totp' }),
      customChallenge: (parameters: Texts) => resolve({ step: 'custom', parameters }),
    })
  })
}

const toTokens = (session: CognitoUserSession): Tokens => ({
  access: session.getAccessToken().getJwtToken(),
  id: session.getIdToken().getJwtToken(),
})

/** Creates a client that uses amazon-cognito-identity-js, which signs in with SRP. */
export function createIdentityClient({ endpoint, userPoolId, clientId }: PoolAddress): TestClient {
  const pool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint })
  const toUser = (Username: string): CognitoUser => new CognitoUser({ Username, Pool: pool })
  let current = toUser('nobody')
  let step: Step = { step: 'done' }
  const session = (): Promise<CognitoUserSession> =>
    new Promise((resolve, reject) => {
      current.getSession((error: Error | null, result: CognitoUserSession | null) => (result === null ? reject(error) : resolve(result)))
    })

  return {
    async signUp(email, password, attributes, metadata) {
      const list = Object.entries({ email, ...attributes }).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }))
      const { userConfirmed, codeDeliveryDetails } = await promised<{
        userConfirmed: boolean
        codeDeliveryDetails: { Destination: string } | undefined
      }>((callback) => pool.signUp(email, password, list, [], callback, { ...metadata }))
      return { confirmed: userConfirmed, destination: codeDeliveryDetails?.Destination ?? null }
    },
    async confirm(email, code) {
      await promised((callback) => toUser(email).confirmRegistration(code, false, callback))
    },
    async resend(email) {
      const { CodeDeliveryDetails } = await promised<{ CodeDeliveryDetails: { Destination: string } }>((callback) =>
        toUser(email).resendConfirmationCode(callback),
      )
      return CodeDeliveryDetails.Destination
    },
    async signIn(email, password, metadata) {
      current = toUser(email)
      const details = new AuthenticationDetails({ Username: email, Password: password, ClientMetadata: { ...metadata } })
      step = await toStep((callbacks) => current.authenticateUser(details, callbacks))
      return step
    },
    async startCustom(email) {
      current = toUser(email)
      current.setAuthenticationFlowType('CUSTOM_AUTH')
      step = await toStep((callbacks) => current.initiateAuth(new AuthenticationDetails({ Username: email }), callbacks))
      return step
    },
    async answer(answer) {
      const kind = step.step
      step = await toStep((callbacks) => {
        if (kind === 'custom') current.sendCustomChallengeAnswer(answer, callbacks)
        else current.sendMFACode(answer, callbacks, kind === 'totp' ? 'SOFTWARE_TOKEN_MFA' : 'SMS_MFA')
      })
      return step
    },
    tokens: async () => toTokens(await session()),
    async refresh() {
      const token = (await session()).getRefreshToken()
      return toTokens(await promised<CognitoUserSession>((callback) => current.refreshSession(token, callback)))
    },
    async attributes() {
      const list = await promised<CognitoUserAttribute[]>((callback) => current.getUserAttributes(callback))
      return Object.fromEntries(list.map((each) => [each.getName(), each.getValue()]))
    },
    async forgot(email) {
      const { CodeDeliveryDetails } = await completed<{ CodeDeliveryDetails: { Destination: string } }>((callbacks) =>
        toUser(email).forgotPassword(callbacks),
      )
      return CodeDeliveryDetails.Destination
    },
    async reset(email, code, password) {
      await completed((callbacks) => toUser(email).confirmPassword(code, password, callbacks))
    },
    async changeEmail(email) {
      await promised((callback) => current.updateAttributes([new CognitoUserAttribute({ Name: 'email', Value: email })], callback))
    },
    async verifyEmail(code) {
      await completed((callbacks) => current.verifyAttribute('email', code, callbacks))
    },
    setUpApp: () => new Promise((resolve, reject) => current.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject })),
    async verifyApp(code) {
      await completed((callbacks) => current.verifySoftwareToken(code, 'phone', callbacks))
    },
    async preferFactor(factor) {
      const setting = { Enabled: true, PreferredMfa: true }
      const [sms, totp] = factor === 'sms' ? [setting, null] : [null, setting]
      await promised((callback) => current.setUserMfaPreference(sms, totp, callback))
    },
    async signOutEverywhere() {
      await completed((callbacks) => current.globalSignOut(callbacks))
    },
    async deleteUser() {
      await promised((callback) => current.deleteUser(callback))
    },
  }
}
