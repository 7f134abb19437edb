import type { TriggerHandler } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { dynamoInvites } from 'cognito-lifeguard/invites'
import { type PreSignUp, preSignUp, requireInvite, uniqueCanonicalEmail } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains, dynamoCanonicalEmails } from 'cognito-lifeguard/rules'

const { INVITE_TABLE = '', CANONICAL_EMAIL_TABLE = '', ALLOWED_EMAIL_DOMAINS = '' } = process.env
const documents = documentClient()

/** Reserves an invitation and a mailbox for each user. */
export const handler: TriggerHandler<PreSignUp> = preSignUp(
  allowEmailDomains({ domains: ALLOWED_EMAIL_DOMAINS.split(',') }),
  requireInvite(dynamoInvites({ documents, table: INVITE_TABLE })),
  uniqueCanonicalEmail(dynamoCanonicalEmails({ documents, table: CANONICAL_EMAIL_TABLE }), { revealsExistence: true }),
)
