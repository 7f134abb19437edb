import { AdminInitiateAuthCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { readLocalSettings } from './settings.ts'

/** Signs a user of the local pool in, and prints the access token. */
async function printAccessToken(username = '', password = ''): Promise<void> {
  const { ISSUER, CLIENT_IDS } = readLocalSettings(process.env)
  const { origin: endpoint, pathname } = new URL(ISSUER)
  // The local pool accepts any credentials.
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const cognito = new CognitoIdentityProviderClient({ endpoint, region: 'us-east-1', credentials })
  const { AuthenticationResult } = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: pathname.slice(1),
      ClientId: CLIENT_IDS[0],
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  )
  console.log(AuthenticationResult?.AccessToken)
}

try {
  await printAccessToken(...process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
