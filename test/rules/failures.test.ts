import { afterEach, describe, expect, it, vi } from 'vitest'
import { limitMessages } from '../../src/custom-message/limit-messages.ts'
import { customMessage } from '../../src/custom-message/trigger.ts'
import { cognitoStoredProfiles } from '../../src/inbound-federation/cognito-stored-profiles.ts'
import { keepProfile } from '../../src/inbound-federation/keep-profile.ts'
import { inboundFederation } from '../../src/inbound-federation/trigger.ts'
import { recordSignIn } from '../../src/post-auth/record-sign-in.ts'
import { postAuthentication } from '../../src/post-auth/trigger.ts'
import { addToGroup } from '../../src/post-confirmation/add-to-group.ts'
import { cognitoGroups } from '../../src/post-confirmation/cognito-groups.ts'
import { keepInvite } from '../../src/post-confirmation/keep-invite.ts'
import { sendWelcomeEmail } from '../../src/post-confirmation/send-welcome-email.ts'
import { syncProfile } from '../../src/post-confirmation/sync-profile.ts'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { autoConfirm } from '../../src/pre-signup/auto-confirm.ts'
import { cognitoAccounts } from '../../src/pre-signup/cognito-accounts.ts'
import { cognitoAliases } from '../../src/pre-signup/cognito-aliases.ts'
import { cognitoEmailDirectory } from '../../src/pre-signup/cognito-email-directory.ts'
import { denyDuplicateEmail } from '../../src/pre-signup/deny-duplicate-email.ts'
import { dynamoEmailDirectory } from '../../src/pre-signup/dynamo-email-directory.ts'
import { guardAlias } from '../../src/pre-signup/guard-alias.ts'
import { limitSignUps } from '../../src/pre-signup/limit-sign-ups.ts'
import { linkProviders } from '../../src/pre-signup/link-providers.ts'
import { requireInvite } from '../../src/pre-signup/require-invite.ts'
import { reserveLegacyUsers } from '../../src/pre-signup/reserve-legacy-users.ts'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { uniqueCanonicalEmail } from '../../src/pre-signup/unique-canonical-email.ts'
import { verifyCaptcha } from '../../src/pre-signup/verify-captcha.ts'
import { waitlist } from '../../src/pre-signup/waitlist.ts'
import { claimsFromProfile } from '../../src/pre-token/claims-from-profile.ts'
import { type PreTokenGeneration, preTokenGeneration } from '../../src/pre-token/trigger.ts'
import { allowEmailDomains } from '../../src/rules/allow-email-domains.ts'
import { blockUsers } from '../../src/rules/block-users.ts'
import { denyEvents } from '../../src/rules/deny-events.ts'
import { ensureProfile } from '../../src/rules/ensure-profile.ts'
import { keepCanonicalEmail } from '../../src/rules/keep-canonical-email.ts'
import { lastSeen } from '../../src/rules/last-seen.ts'
import { notify } from '../../src/rules/notify.ts'
import { publishEvent } from '../../src/rules/publish-event.ts'
import { slackWebhook } from '../../src/rules/slack-webhook.ts'
import { sesClient } from '../../src/shared/aws/ses.ts'
import { dynamoBlockList } from '../../src/shared/blocks/dynamo-block-list.ts'
import { dynamoCanonicalEmails } from '../../src/shared/canonical/dynamo-canonical-emails.ts'
import { siteVerify } from '../../src/shared/captcha/site-verify.ts'
import { httpDirectory } from '../../src/shared/directory/http-directory.ts'
import { dynamoInvites } from '../../src/shared/invites/dynamo-invites.ts'
import type { HandlerSettings } from '../../src/shared/lambda/settings.ts'
import { dynamoCounter } from '../../src/shared/limits/dynamo-counter.ts'
import { dynamoSlidingCounter } from '../../src/shared/limits/dynamo-sliding-counter.ts'
import { sesMailer } from '../../src/shared/mail/ses-mailer.ts'
import { dynamoProfileReader } from '../../src/shared/profiles/dynamo-profile-reader.ts'
import { dynamoProfiles } from '../../src/shared/profiles/dynamo-profiles.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import type { Decision, TraceEntry } from '../../src/shared/rules/decision.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import type { Trigger } from '../../src/shared/rules/trigger.ts'
import { dynamoLastSeen } from '../../src/shared/seen/dynamo-last-seen.ts'
import { dynamoWaitlist } from '../../src/shared/waitlist/dynamo-waitlist.ts'
import { cognitoEvent } from '../../src/testing/cognito-event.ts'
import { migrateUsers } from '../../src/user-migration/migrate-users.ts'
import { userMigration } from '../../src/user-migration/trigger.ts'
import { tokenEvent } from '../pre-token/token-event.ts'
import {
  federatedEvent,
  postAuthenticationEvent,
  postConfirmationEvent,
  preAuthenticationEvent,
  preSignUpEvent,
} from '../support/events.ts'
import { FAILURES, type FailingService, type Failure, startFailingService } from '../support/failing-service.ts'

// The expected decisions are those of the pages in docs/rules. A change here changes a page.

type Settings = Pick<HandlerSettings, 'deadlineMs'>
/** Composes a handler and runs it. */
type Decide = (service: FailingService, settings: Settings) => Promise<Pick<Decision<Trigger>, 'kind' | 'trace'>>
type Row = readonly [rule: string, decide: Decide]

const revealing = { revealsExistence: true } as const
const limit = { max: 3, windowSeconds: 60 }
const ann = { email: 'ann@example.com' }
const clientMetadata = { invitation: 'FRIENDS-2026', captcha: 'token' }
const signUpEvent = preSignUpEvent(ann, { request: { userAttributes: ann, validationData: null, clientMetadata } })
const federation = cognitoEvent('InboundFederation_ExternalProvider', { name: 'Ann' })
const googleEvent = federatedEvent({ ...ann, email_verified: 'true' })
const welcome = mailTemplate({ subject: 'Welcome', text: 'Welcome', html: '<p>Welcome</p>' }, {})
const verifying = autoConfirm({ verifyEmail: 'trust-unproven-address' })

const signUp =
  (make: (service: FailingService) => Rule<PreSignUp>, event = signUpEvent): Decide =>
  (service, settings) =>
    preSignUp(settings, make(service)).decide(event)
const tokens =
  (make: (service: FailingService) => Rule<PreTokenGeneration>): Decide =>
  (service, settings) =>
    preTokenGeneration(settings, make(service)).decide(tokenEvent())
const confirmation =
  (make: (service: FailingService) => Rule<PostConfirmation>): Decide =>
  (service, settings) =>
    postConfirmation(settings, make(service)).decide(postConfirmationEvent())

const refusing: Readonly<Record<string, (service: FailingService) => Rule<PreSignUp>>> = {
  'block-users': ({ table }) => blockUsers(dynamoBlockList(table)),
  'deny-duplicate-email': ({ cognito }) => denyDuplicateEmail(cognitoEmailDirectory({ cognito }), revealing),
  'deny-duplicate-email in a table': ({ table }) => denyDuplicateEmail(dynamoEmailDirectory(table), revealing),
  'unique-canonical-email': ({ table }) => uniqueCanonicalEmail(dynamoCanonicalEmails(table), revealing),
  'guard-alias': ({ cognito }) => guardAlias(cognitoAliases({ cognito }), revealing, verifying),
  'require-invite': ({ table }) => requireInvite(dynamoInvites(table)),
  'limit-sign-ups': ({ table }) => limitSignUps({ ...limit, per: 'domain' }, dynamoCounter(table)),
  'limit-sign-ups in sliding windows': ({ table }) => limitSignUps({ ...limit, per: 'domain' }, dynamoSlidingCounter(table)),
  waitlist: ({ table }) => waitlist(dynamoWaitlist(table)),
  'verify-captcha': ({ endpoint }) => verifyCaptcha(siteVerify({ url: endpoint, secret: 'secret' })),
  'reserve-legacy-users': ({ endpoint }) => reserveLegacyUsers(httpDirectory({ url: endpoint }), revealing),
}

const failing: readonly Row[] = [
  ...Object.entries(refusing).map(([name, make]): Row => [name, signUp(make)]),
  [
    'block-users at a sign-in',
    ({ table }, settings) => preAuthentication(settings, blockUsers(dynamoBlockList(table))).decide(preAuthenticationEvent()),
  ],
  ['block-users at a refresh', tokens(({ table }) => blockUsers(dynamoBlockList(table)))],
  [
    'link-providers',
    signUp(({ cognito }) => linkProviders(cognitoAccounts({ cognito }), { ...revealing, trust: ['Google'] }), googleEvent),
  ],
  [
    'migrate-users',
    ({ endpoint }, settings) =>
      userMigration(settings, migrateUsers(httpDirectory({ url: endpoint }))).decide(cognitoEvent('UserMigration_Authentication')),
  ],
  [
    'keep-profile',
    ({ cognito }, settings) => inboundFederation(settings, keepProfile(['name'], cognitoStoredProfiles({ cognito }))).decide(federation),
  ],
  ['claims-from-profile', tokens(({ table }) => claimsFromProfile(dynamoProfileReader(table), { plan: 'plan' }))],
  ['ensure-profile with failClosed', tokens(({ table }) => ensureProfile(dynamoProfiles(table), { failClosed: true }))],
  [
    'ensure-profile with failClosed at a confirmation',
    confirmation(({ table }) => ensureProfile(dynamoProfiles(table), { failClosed: true })),
  ],
]

const proceeding: readonly Row[] = [
  ...Object.entries(refusing).map(([name, make]): Row => [`${name} in failOpen`, signUp((service) => failOpen(make(service)))]),
  [
    'keep-profile in failOpen',
    ({ cognito }, settings) =>
      inboundFederation(settings, failOpen(keepProfile(['name'], cognitoStoredProfiles({ cognito })))).decide(federation),
  ],
  ['claims-from-profile in failOpen', tokens(({ table }) => failOpen(claimsFromProfile(dynamoProfileReader(table), { plan: 'plan' })))],
  ['ensure-profile', tokens(({ table }) => ensureProfile(dynamoProfiles(table)))],
  ['ensure-profile at a confirmation', confirmation(({ table }) => ensureProfile(dynamoProfiles(table)))],
  ['last-seen', tokens(({ table }) => lastSeen(dynamoLastSeen(table)))],
  [
    'last-seen at a sign-in',
    ({ table }, settings) => postAuthentication(settings, lastSeen(dynamoLastSeen(table))).decide(postAuthenticationEvent()),
  ],
  [
    'record-sign-in',
    ({ table }, settings) => postAuthentication(settings, recordSignIn(dynamoProfiles(table))).decide(postAuthenticationEvent()),
  ],
  ['keep-invite', confirmation(({ table }) => keepInvite(dynamoInvites(table)))],
  ['keep-canonical-email', confirmation(({ table }) => keepCanonicalEmail(dynamoCanonicalEmails(table)))],
  ['sync-profile', confirmation(({ table }) => syncProfile(dynamoProfiles(table)))],
  ['send-welcome-email', confirmation(() => sendWelcomeEmail(sesMailer({ ses: sesClient(), from: 'welcome@example.com' }), welcome))],
  ['add-to-group', confirmation(({ cognito }) => addToGroup('members', cognitoGroups({ cognito })))],
  ['notify', confirmation(({ endpoint }) => notify(slackWebhook({ url: endpoint }), { message: () => 'New user', reads: [] }))],
  ['publish-event', confirmation(({ bus }) => publishEvent(bus, { type: 'UserConfirmed' }))],
  [
    'limit-messages',
    ({ table }, settings) =>
      customMessage(settings, limitMessages({ counter: dynamoCounter(table), perUser: limit })).decide(
        cognitoEvent('CustomMessage_ForgotPassword'),
      ),
  ],
]

/** Runs a handler while its service fails, with a short deadline if the service does not answer. */
async function decideDuring(failure: Failure, decide: Decide) {
  const service = await startFailingService(failure)
  try {
    return { ...(await decide(service, failure === 'never answers' ? { deadlineMs: 500 } : {})), calls: service.calls() }
  } finally {
    await service.stop()
  }
}

/** Checks that a rule failed because of the service, not because of the test. */
function expectError(
  failure: Failure,
  { trace, calls }: { readonly trace: readonly TraceEntry[]; readonly calls: number },
  rule: string,
): void {
  const [name] = rule.split(' ')
  const reason = failure === 'never answers' ? 'deadline-exceeded' : expect.any(String)
  expect(trace).toContainEqual(expect.objectContaining({ rule: name, outcome: 'error', reason }))
  if (failure === 'is down') expect(calls).toBe(0)
  else expect(calls).toBeGreaterThan(0)
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.each(FAILURES)('while the service %s', { timeout: 60_000 }, (failure) => {
  it.each(failing)('%s fails the invocation', async (rule, decide) => {
    const decision = await decideDuring(failure, decide)
    expect(decision).toMatchObject({ kind: 'failed' })
    expectError(failure, decision, rule)
  })

  it.each(proceeding)('%s lets the user proceed', async (rule, decide) => {
    const decision = await decideDuring(failure, decide)
    expect(decision).toMatchObject({ kind: 'proceed' })
    expectError(failure, decision, rule)
  })

  it('guard-alias in failOpen verifies no address', async () => {
    const decide = signUp(({ cognito }) => failOpen(guardAlias(cognitoAliases({ cognito }), revealing, verifying)))
    const decision = await decideDuring(failure, decide)
    expect(decision).toHaveProperty('response', {})
    expectError(failure, decision, 'guard-alias')
  })

  it('deny-events denies the user', async () => {
    const decide = signUp(({ bus }) => denyEvents<PreSignUp>(bus, allowEmailDomains('other.example')))
    const decision = await decideDuring(failure, decide)
    expect(decision).toMatchObject({ kind: 'denied', reason: 'domain-not-allowed' })
    expectError(failure, decision, 'publish-denial')
  })
})
