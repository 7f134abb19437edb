import { createHmac } from 'node:crypto'
import { AdminGetUserCommand, type AdminGetUserCommandOutput, AdminInitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from '../aws/cognito.ts'
import { assertOptions } from '../rules/arguments.ts'
import type { Directory, DirectoryUser } from './directory.ts'

/** The options of {@link cognitoPoolDirectory}. */
export interface CognitoPoolDirectoryOptions {
  /** A client in the Region of the old user pool: `cognitoClient({ region })`. */
  readonly cognito: Cognito
  /** The id of the old user pool. It must be in the same account. */
  readonly userPoolId: string
  /** The id of an app client of the old user pool that allows `ALLOW_ADMIN_USER_PASSWORD_AUTH`. */
  readonly clientId: string
  /** The secret of the app client, if it has one. */
  readonly clientSecret?: string
  /**
   * How to migrate a user with a second factor, of whom only the password is proven. `reset`, the default, requires a new password with a
   * code to the verified address. `accept` lets the password alone suffice.
   */
  readonly secondFactor?: 'reset' | 'accept'
}

// The refusals of a user: a wrong password, a disabled user, too many attempts, a password that must be reset, a denial by a trigger.
const REFUSALS = ['NotAuthorizedException', 'PasswordResetRequiredException', 'UserLambdaValidationException']
const SECOND_FACTORS = ['SMS_MFA', 'EMAIL_OTP', 'SOFTWARE_TOKEN_MFA', 'SELECT_MFA_TYPE', 'MFA_SETUP']

/**
 * Makes a directory of the users in another user pool. It checks a password with `AdminInitiateAuth`, and reads the attributes with
 * `AdminGetUser`. It finds neither unconfirmed nor disabled users, nor users of an identity provider. The triggers of the old pool run.
 *
 * @throws TypeError for an unknown option, or another value of `secondFactor`.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html
 * @example
 * cognitoPoolDirectory({ cognito: cognitoClient({ region: 'eu-west-1' }), userPoolId: 'eu-west-1_Old', clientId: '5vq2k8h1nd' })
 */
export function cognitoPoolDirectory(options: CognitoPoolDirectoryOptions): Directory {
  assertOptions('cognitoPoolDirectory()', options, ['cognito', 'userPoolId', 'clientId', 'clientSecret', 'secondFactor'])
  const { cognito, userPoolId, clientId, clientSecret, secondFactor = 'reset' } = options
  if (secondFactor !== 'reset' && secondFactor !== 'accept')
    throw new TypeError("cognitoPoolDirectory(): secondFactor is invalid; expected 'reset' or 'accept'")

  const findUser = async (userName: string, signal: AbortSignal): Promise<DirectoryUser | undefined> => {
    const command = new AdminGetUserCommand({ UserPoolId: userPoolId, Username: userName })
    try {
      return toUser(await cognito().send(command, { abortSignal: signal }))
    } catch (error) {
      if (readName(error) === 'UserNotFoundException') return undefined
      throw error
    }
  }
  const signIn = (userName: string, password: string): AdminInitiateAuthCommand =>
    new AdminInitiateAuthCommand({
      UserPoolId: userPoolId,
      ClientId: clientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: {
        USERNAME: userName,
        PASSWORD: password,
        ...(clientSecret !== undefined && { SECRET_HASH: hashSecret(clientSecret, userName + clientId) }),
      },
    })

  return {
    permissions: [{ actions: ['cognito-idp:AdminInitiateAuth', 'cognito-idp:AdminGetUser'], resource: 'LEGACY_POOL_ARN' }],
    findUser,
    async checkPassword({ userName, password }, signal) {
      let challenge: string | undefined
      try {
        challenge = (await cognito().send(signIn(userName, password), { abortSignal: signal })).ChallengeName
      } catch (error) {
        const name = readName(error)
        if (name === 'UserNotFoundException' || name === 'UserNotConfirmedException') return 'unknown-user'
        // Cognito reports a wrong secret of the app client with the same name. As a wrong password, it would never be noticed.
        if (REFUSALS.includes(name) && !isAboutSecret(error)) return 'wrong-password'
        throw error
      }
      const user = await findUser(userName, signal)
      if (user === undefined) return 'unknown-user'
      return { ...user, mustReset: challenge !== undefined && !(secondFactor === 'accept' && SECOND_FACTORS.includes(challenge)) }
    },
  }
}

function toUser({ UserAttributes = [], Enabled, UserStatus }: AdminGetUserCommandOutput): DirectoryUser | undefined {
  if (Enabled === false || UserStatus === 'UNCONFIRMED' || UserStatus === 'EXTERNAL_PROVIDER') return undefined
  return { attributes: Object.fromEntries(UserAttributes.flatMap(({ Name, Value }) => (Name === undefined ? [] : [[Name, Value]]))) }
}

function readName(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function isAboutSecret(error: unknown): boolean {
  return error instanceof Error && /secret/i.test(error.message)
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash */
function hashSecret(secret: string, message: string): string {
  return createHmac('sha256', secret).update(message).digest('base64')
}
