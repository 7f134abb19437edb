import {
  AssociateSoftwareTokenCommand,
  type AttributeType,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  DeleteUserCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  ResendConfirmationCodeCommand,
  RespondToAuthChallengeCommand,
  SetUserMFAPreferenceCommand,
  SignUpCommand,
  UpdateUserAttributesCommand,
  VerifySoftwareTokenCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolAddress } from '../pool.ts'
import type { Step, TestClient, Texts } from './client.ts'

/** A sign-in with the SDK. By default it sends the password. */
export type SdkSignIn = (
  sdk: CognitoIdentityProviderClient,
  pool: PoolAddress,
  user: { readonly email: string; readonly password: string; readonly metadata: Texts },
) => Promise<InitiateAuthCommandOutput>

const withPassword: SdkSignIn = (sdk, { clientId }, { email, password, metadata }) =>
  sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
      ClientMetadata: metadata,
    }),
  )

const STEPS: Readonly<Record<string, Step['step']>> = {
  SOFTWARE_TOKEN_MFA: 'totp',
  SMS_MFA: 'sms',
  EMAIL_OTP: 'email',
  CUSTOM_CHALLENGE: 'custom',
}
const ANSWERS: Readonly<Record<string, string>> = {
  SOFTWARE_TOKEN_MFA: 'SOFTWARE_TOKEN_MFA_CODE',
  SMS_MFA: 'SMS_MFA_CODE',
  EMAIL_OTP: 'EMAIL_OTP_CODE',
  CUSTOM_CHALLENGE: 'ANSWER',
}

const toList = (attributes: Texts): AttributeType[] => Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))

/** Creates a client that uses the AWS SDK. */
export function createSdkClient(pool: PoolAddress, signIn: SdkSignIn = withPassword): TestClient {
  const { endpoint, region, clientId: ClientId } = pool
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const sdk = new CognitoIdentityProviderClient({ endpoint, region, credentials })
  let user = ''
  let challenge: { readonly name: string; readonly session: string | undefined } | undefined
  let held: { readonly access: string; readonly id: string; readonly refresh: string } | undefined

  const tokens = (): { readonly access: string; readonly id: string; readonly refresh: string } => {
    if (held === undefined) throw new Error('The user is not signed in')
    return held
  }
  const read = ({ ChallengeName, ChallengeParameters, Session, AuthenticationResult }: InitiateAuthCommandOutput): Step => {
    if (ChallengeName !== undefined) {
      challenge = { name: ChallengeName, session: Session }
      return { step: STEPS[ChallengeName] ?? 'done', parameters: ChallengeParameters ?? {} }
    }
    const { AccessToken = '', IdToken = '', RefreshToken = held?.refresh ?? '' } = AuthenticationResult ?? {}
    held = { access: AccessToken, id: IdToken, refresh: RefreshToken }
    return { step: 'done' }
  }

  return {
    async signUp(email, password, attributes, metadata) {
      const UserAttributes = toList({ email, ...attributes })
      const { UserConfirmed = false, CodeDeliveryDetails } = await sdk.send(
        new SignUpCommand({ ClientId, Username: email, Password: password, UserAttributes, ClientMetadata: metadata }),
      )
      return { confirmed: UserConfirmed, destination: CodeDeliveryDetails?.Destination ?? null }
    },
    async confirm(email, code) {
      await sdk.send(new ConfirmSignUpCommand({ ClientId, Username: email, ConfirmationCode: code }))
    },
    async resend(email) {
      const { CodeDeliveryDetails } = await sdk.send(new ResendConfirmationCodeCommand({ ClientId, Username: email }))
      return CodeDeliveryDetails?.Destination ?? null
    },
    async signIn(email, password, metadata) {
      user = email
      held = undefined
      return read(await signIn(sdk, pool, { email, password, metadata }))
    },
    async startCustom(email) {
      user = email
      held = undefined
      return read(await sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: email } })))
    },
    async answer(answer) {
      const { name = '', session } = challenge ?? {}
      const ChallengeResponses = { USERNAME: user, [ANSWERS[name] ?? 'ANSWER']: answer }
      const respond = { ClientId, ChallengeName: toChallengeName(name), Session: session, ChallengeResponses }
      return read(await sdk.send(new RespondToAuthChallengeCommand(respond)))
    },
    tokens: async () => ({ access: tokens().access, id: tokens().id }),
    async refresh() {
      const { AuthenticationResult } = await sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken: tokens().refresh }))
      held = { ...tokens(), access: AuthenticationResult?.AccessToken ?? '', id: AuthenticationResult?.IdToken ?? '' }
      return { access: held.access, id: held.id }
    },
    async attributes() {
      const { UserAttributes = [] } = await sdk.send(new GetUserCommand({ AccessToken: tokens().access }))
      return Object.fromEntries(UserAttributes.map(({ Name, Value = '' }) => [Name, Value]))
    },
    async forgot(email) {
      const { CodeDeliveryDetails } = await sdk.send(new ForgotPasswordCommand({ ClientId, Username: email }))
      return CodeDeliveryDetails?.Destination ?? null
    },
    async reset(email, code, password) {
      await sdk.send(new ConfirmForgotPasswordCommand({ ClientId, Username: email, ConfirmationCode: code, Password: password }))
    },
    async changeEmail(email) {
      await sdk.send(new UpdateUserAttributesCommand({ AccessToken: tokens().access, UserAttributes: toList({ email }) }))
    },
    async verifyEmail(code) {
      await sdk.send(new VerifyUserAttributeCommand({ AccessToken: tokens().access, AttributeName: 'email', Code: code }))
    },
    async setUpApp() {
      const { SecretCode = '' } = await sdk.send(new AssociateSoftwareTokenCommand({ AccessToken: tokens().access }))
      return SecretCode
    },
    async verifyApp(code) {
      await sdk.send(new VerifySoftwareTokenCommand({ AccessToken: tokens().access, UserCode: code }))
    },
    async preferFactor(factor) {
      const setting = { Enabled: true, PreferredMfa: true }
      const settings = factor === 'totp' ? { SoftwareTokenMfaSettings: setting } : { SMSMfaSettings: setting }
      await sdk.send(new SetUserMFAPreferenceCommand({ AccessToken: tokens().access, ...settings }))
    },
    async signOutEverywhere() {
      await sdk.send(new GlobalSignOutCommand({ AccessToken: tokens().access }))
    },
    async deleteUser() {
      await sdk.send(new DeleteUserCommand({ AccessToken: tokens().access }))
    },
  }
}

function toChallengeName(name: string): 'SOFTWARE_TOKEN_MFA' | 'SMS_MFA' | 'EMAIL_OTP' | 'CUSTOM_CHALLENGE' {
  return name === 'SOFTWARE_TOKEN_MFA' || name === 'SMS_MFA' || name === 'EMAIL_OTP' ? name : 'CUSTOM_CHALLENGE'
}
