import { documentClient } from 'cognito-lifeguard/aws'
import { dynamoInvites } from 'cognito-lifeguard/invites'
import { dynamoCanonicalEmails, dynamoProfiles } from 'cognito-lifeguard/rules'

export const documents = documentClient()

export const invites = dynamoInvites({ documents, table: process.env.INVITE_TABLE ?? 'invites' })
export const emails = dynamoCanonicalEmails({ documents, table: process.env.CANONICAL_EMAIL_TABLE ?? 'mailboxes' })
export const profiles = dynamoProfiles({ documents, table: process.env.PROFILE_TABLE ?? 'profiles' })
