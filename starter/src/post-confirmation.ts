import { atInit } from 'cognito-lifeguard'
import { postConfirmation } from 'cognito-lifeguard/post-confirmation'
import { logging } from './settings.ts'
import { whenConfirmed } from './when-confirmed.ts'

/** What is done for a confirmed user. A rule that breaks is logged and counted, and the user is confirmed. */
export const handler = atInit(() => postConfirmation.with(logging())(whenConfirmed()))
