import { not, when } from 'cognito-lifeguard'
import { byAdministrator, preSignUp, requireInvite, uniqueCanonicalEmail } from 'cognito-lifeguard/pre-signup'
import { denyDisposableEmail, denyEvents, denyFreeEmail, denySubaddressing, requireConsent } from 'cognito-lifeguard/rules'
import { bus } from './event-bus.ts'
import { emails, invites } from './services.ts'

export const handler = preSignUp(
  { refusalCodes: 'all' },
  when(
    not(byAdministrator),
    // Publishes each denial, so that sales sees how many customers are refused, and why.
    denyEvents(
      bus,
      { type: 'CustomerDenied' },
      denyFreeEmail(),
      denyDisposableEmail(),
      // A tag such as ann+2@ would take a second place of the invitation.
      denySubaddressing({ plusElsewhere: 'deny' }),
      requireConsent('2026-05', { attribute: 'custom:terms' }),
      requireInvite(invites),
      // It reserves the mailbox after all rules have passed, so only an invited user learns that a mailbox has an account.
      uniqueCanonicalEmail(emails, { revealsExistence: true }),
    ),
  ),
)
