import { preTokenGeneration } from 'cognito-lifeguard/pre-token'
import { dynamoLastSeen, ensureProfile, lastSeen } from 'cognito-lifeguard/rules'
import { documents, profiles } from './services.ts'

const seen = dynamoLastSeen({ documents, table: process.env.SEEN_TABLE ?? 'last-seen' })

// Runs at each sign-in and refresh, also for users whom an administrator created. If a table cannot be reached, the user still gets tokens.
export const handler = preTokenGeneration(lastSeen(seen), ensureProfile(profiles))
