import { maskInitErrors, type Rule, type TriggerHandler, when } from 'cognito-lifeguard'
import { cognitoClient, documentClient, sesClient } from 'cognito-lifeguard/aws'
import {
  type CustomEmailSender,
  cognitoUserFinder,
  customEmailSender,
  dynamoParkedCodes,
  dynamoSendClaims,
  parkCodes,
  sendEmail,
  sesMailer,
  withinLimits,
} from 'cognito-lifeguard/custom-email-sender'
import { decryptCode, kmsKeyring } from 'cognito-lifeguard/kms'
import { dynamoCounter } from 'cognito-lifeguard/limits'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { defaultCatalogue } from './default-catalogue.ts'
import { customEmailSenderSettings } from './settings.ts'

const HOUR = 3600

/** Sends all emails of the pool in English or German. Cognito does not wait for it, so it is not warmed up. */
export const handler: TriggerHandler<CustomEmailSender> = maskInitErrors(() => {
  const settings = readSettings(customEmailSenderSettings, process.env)
  const { EMAIL_FROM: from, EMAIL_REPLY_TO: replyTo, MESSAGES_PER_HOUR: max, LIMIT_TABLE: table, PARKED_CODES_STAGE: stage } = settings
  const documents = documentClient()
  const code = decryptCode(kmsKeyring({ keyArn: settings.KMS_KEY_ARN }))
  const mailer = sesMailer({ ses: sesClient({ region: settings.SES_REGION }), from, replyTo, fromSetting: 'EMAIL_FROM' })
  const send = sendEmail(mailer, defaultCatalogue(settings.MESSAGE_APP_NAME), {
    code,
    claims: dynamoSendClaims({ documents, table }),
    users: cognitoUserFinder(cognitoClient()),
  })
  const limited: Rule<CustomEmailSender> =
    max === undefined
      ? send
      : when(withinLimits({ counter: dynamoCounter({ documents, table }), perUser: { max, windowSeconds: HOUR } }), send)
  const parked = stage === undefined ? [] : [parkCodes(dynamoParkedCodes({ documents, table }), { code, stage })]
  return customEmailSender(logging(settings), ...parked, limited)
})
