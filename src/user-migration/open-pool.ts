import { cognitoClient } from 'cognito-lifeguard/aws'
import { cognitoPoolDirectory, type Directory } from 'cognito-lifeguard/directory'
import type { UserMigrationSettings } from './settings.ts'

// A sign-in in the old pool waits for its triggers. The rest of the 4 s of an invocation is for reading the attributes.
const TIMEOUT_MS = 2500

/** Opens the old user pool. */
export function openPool(settings: UserMigrationSettings): Directory {
  const { LEGACY_POOL_ARN: pool, LEGACY_CLIENT_ID: clientId = '', LEGACY_CLIENT_SECRET: clientSecret } = settings
  const { region = '', userPoolId = '' } = pool ?? {}
  return cognitoPoolDirectory({
    cognito: cognitoClient({ region, timeoutMs: TIMEOUT_MS }),
    userPoolId,
    clientId,
    secondFactor: settings.LEGACY_SECOND_FACTOR,
    ...(clientSecret !== undefined && { clientSecret }),
  })
}
