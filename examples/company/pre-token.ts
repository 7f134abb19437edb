import { not, triggeredBy, when } from 'cognito-lifeguard'
import { preTokenGeneration } from 'cognito-lifeguard/pre-token'
import { allowCompany, denyBlocked } from './rules.ts'

// Runs at each sign-in and refresh, so a new block and a new address take effect before the refresh token expires.
export const handler = preTokenGeneration(
  { refusalCodes: 'all' },
  // Tokens of machines have no user.
  when(not(triggeredBy('TokenGeneration_ClientCredentials')), allowCompany(), denyBlocked()),
)
