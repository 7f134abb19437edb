import {
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  type AdminInitiateAuthCommandOutput,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import type { PoolAddress } from '../pool.ts'

/** A password that meets the policy of every test pool. */
export const PASSWORD = 'Correct-horse-1'

/** Creates an SDK client with the credentials of an administrator. */
export function createSdk({ endpoint, region }: PoolAddress): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } })
}

/** An administrator who uses the AWS SDK. */
export interface AdminClient {
  /** Creates a user, who gets a temporary password by email. */
  readonly createUser: (email: string) => Promise<void>
  readonly setPassword: (email: string, password: string) => Promise<void>
  readonly signIn: (email: string, password: string) => Promise<AdminInitiateAuthCommandOutput>
}

export function createAdminClient(pool: PoolAddress): AdminClient {
  const { userPoolId: UserPoolId, clientId: ClientId } = pool
  const sdk = createSdk(pool)
  return {
    async createUser(email) {
      const UserAttributes = [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ]
      await sdk.send(new AdminCreateUserCommand({ UserPoolId, Username: email, UserAttributes, DesiredDeliveryMediums: ['EMAIL'] }))
    },
    async setPassword(email, Password) {
      await sdk.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password, Permanent: true }))
    },
    signIn: (USERNAME, password) =>
      sdk.send(
        new AdminInitiateAuthCommand({
          UserPoolId,
          ClientId,
          AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
          AuthParameters: { USERNAME, PASSWORD: password },
        }),
      ),
  }
}

/** Creates a confirmed user with {@link PASSWORD} and a verified address, and takes its invitation from the inbox. */
export async function createUser(
  pool: PoolAddress & { readonly inboxCode: (to: string) => Promise<string> },
  email: string,
): Promise<string> {
  const admin = createAdminClient(pool)
  await admin.createUser(email)
  await pool.inboxCode(email)
  await admin.setPassword(email, PASSWORD)
  return email
}
