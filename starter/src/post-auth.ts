import { atInit } from 'cognito-lifeguard'
import {
  type Documents,
  documentClient,
  dynamoOwed,
  dynamoProfiles,
  type OwedAtSignIn,
  postAuthentication,
  recordSignIn,
} from 'cognito-lifeguard/post-auth'
import { emailAddress, logging, moment, oneOf, required } from './settings.ts'

/** What is kept of a sign-in. A rule that breaks is logged and counted, and the user is signed in. */
export const handler = atInit(() => {
  const documents = documentClient()
  const profiles = dynamoProfiles({ documents, table: required('PROFILE_TABLE') })
  const owed = welcomeMailOwed(documents)
  return postAuthentication.with(logging())(recordSignIn(profiles, owed && { owed }))
})

/** The welcome mail of users of whose confirmation nothing is known: put down here, and sent by the sweeper. */
function welcomeMailOwed(documents: Documents): OwedAtSignIn | undefined {
  const createdSince = moment('WELCOME_SINCE')
  if (emailAddress('WELCOME_EMAIL_FROM') === undefined || createdSince === undefined) return undefined
  const cutOff = oneOf('WELCOME_EMAIL_CUT_OFF', ['at-most-once', 'at-least-once'], 'at-most-once')
  const ledger = dynamoOwed({ documents, table: required('EFFECT_TABLE') })
  return { ledger, effects: [{ effect: 'send-welcome-email', cutOff, createdSince }] }
}
