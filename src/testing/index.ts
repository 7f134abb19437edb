export type { ChallengeResult } from '../custom-challenge/trigger.ts'
export { assertDenied, assertDone, assertFails, assertProceeds } from './assertions.ts'
export type { ExpectedError } from './checks.ts'
export { cognitoEvent } from './cognito-event.ts'
export type { EventOptions, OptionsFor } from './event-options.ts'
export type { EventFor, TriggerFor } from './event-types.ts'
export type { Faults } from './faults.ts'
export { type LifeguardMatchers, lifeguardMatchers } from './matchers.ts'
export { type BlockEntry, type MemoryBlockList, memoryBlockList } from './memory-blocks.ts'
export { type MemoryCanonicalEmails, type MemoryCanonicalEmailsOptions, memoryCanonicalEmails } from './memory-canonical-emails.ts'
export {
  type FixedCode,
  fixedCode,
  type MemoryParkedCodes,
  type MemorySendClaims,
  memoryParkedCodes,
  memorySendClaims,
} from './memory-codes.ts'
export { type MemoryCounter, type MemoryCounterOptions, memoryCounter } from './memory-counter.ts'
export { type MemoryEventBus, memoryEventBus } from './memory-event-bus.ts'
export { type MemoryInvites, type MemoryInvitesOptions, memoryInvites } from './memory-invites.ts'
export { type LastSeenRow, type MemoryLastSeen, memoryLastSeen } from './memory-last-seen.ts'
export { type LedgerRow, type MemoryLedger, memoryLedger } from './memory-ledger.ts'
export { type MemoryMailer, memoryMailer } from './memory-mailer.ts'
export { type MemoryProfiles, type MemoryProfilesOptions, memoryProfiles, type Profile } from './memory-profiles.ts'
export { type MemoryTexter, memoryTexter } from './memory-texter.ts'
export { type MemoryWaitlist, type MemoryWaitlistOptions, memoryWaitlist } from './memory-waitlist.ts'
export { type MemoryWebhook, memoryWebhook } from './memory-webhook.ts'
export {
  adminCreate,
  confirmed,
  createChallenge,
  customEmail,
  customMessage,
  customSms,
  defineChallenge,
  federated,
  inboundFederation,
  machineTokens,
  newTokens,
  passwordReset,
  refresh,
  signedIn,
  signIn,
  signUp,
  userMigration,
  verifyChallenge,
} from './moments.ts'
export { type HandlerCallback, type LambdaHandler, type RunOptions, type RunResult, run } from './run.ts'
