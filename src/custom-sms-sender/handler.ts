import { maskInitErrors, type TriggerHandler, when } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import {
  allowCountries,
  type CustomSmsSender,
  customSmsSender,
  dynamoParkedCodes,
  dynamoSendClaims,
  parkCodes,
  sendSms,
  withinLimits,
} from 'cognito-lifeguard/custom-sms-sender'
import { decryptCode, kmsKeyring } from 'cognito-lifeguard/kms'
import { dynamoCounter } from 'cognito-lifeguard/limits'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { snsClient, snsTexter } from 'cognito-lifeguard/sns'
import { defaultCatalogue } from './default-catalogue.ts'
import { customSmsSenderSettings } from './settings.ts'

const HOUR = 3600
const DAY = 24 * HOUR

/** Sends all text messages of the pool to the listed countries, in English or German. Cognito does not wait for it, so it is not warmed up. */
export const handler: TriggerHandler<CustomSmsSender> = maskInitErrors(() => {
  const settings = readSettings(customSmsSenderSettings, process.env)
  const { MESSAGES_PER_HOUR: perHour, SMS_PER_NUMBER_AND_DAY: perNumber, SMS_PER_DAY: perDay, LIMIT_TABLE: table } = settings
  const { SMS_SENDER_ID: senderId, PARKED_CODES_STAGE: stage } = settings
  const documents = documentClient()
  const code = decryptCode(kmsKeyring({ keyArn: settings.KMS_KEY_ARN }))
  const texter = snsTexter({ sns: snsClient({ region: settings.SNS_REGION }), senderId })
  const send = sendSms(texter, defaultCatalogue(settings.MESSAGE_APP_NAME), { code, claims: dynamoSendClaims({ documents, table }) })
  const limits = withinLimits<CustomSmsSender>({
    counter: dynamoCounter({ documents, table }),
    perUser: perHour === undefined ? undefined : { max: perHour, windowSeconds: HOUR },
    perNumber: { max: perNumber, windowSeconds: DAY },
    budget: perDay === undefined ? undefined : { max: perDay, windowSeconds: DAY },
  })
  const parked = stage === undefined ? [] : [parkCodes(dynamoParkedCodes({ documents, table }), { code, stage })]
  return customSmsSender(logging(settings), ...parked, when(allowCountries(...settings.SMS_COUNTRIES), when(limits, send)))
})
