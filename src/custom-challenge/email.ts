import { sesClient } from 'cognito-lifeguard/aws'
import type { Mailer } from 'cognito-lifeguard/custom-challenge'
import { sesMailer } from 'cognito-lifeguard/post-confirmation'
import type { CustomChallengeSettings } from './settings.ts'

/** Makes the mailer of the codes. A separate file, so that only CreateAuthChallenge loads the SDK of SES. */
export function createMailer({ CODE_EMAIL_FROM: from, SES_REGION }: CustomChallengeSettings): Mailer {
  return sesMailer({ ses: sesClient({ region: SES_REGION }), from, fromSetting: 'CODE_EMAIL_FROM' })
}
