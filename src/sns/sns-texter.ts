import { PublishCommand, SNSServiceException } from '@aws-sdk/client-sns'
import { sendCommand, toWellFormed } from '../shared/aws/send-command.ts'
import type { Sns } from '../shared/aws/sns.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import { isPhoneNumber, type Texter } from '../shared/sms/texter.ts'

/** Options of {@link snsTexter}. */
export interface SnsTexterOptions {
  readonly sns: Sns
  /** The name that phones show as the sender: 1 to 11 letters and digits, at least one letter. Some countries ignore or reject it. */
  readonly senderId?: string | undefined
  /** The phone number that sends, in the E.164 format. By default, SNS chooses one. */
  readonly originationNumber?: string | undefined
}

const SENDER_ID = /^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/

const toAttribute = (value: string): { DataType: 'String'; StringValue: string } => ({ DataType: 'String', StringValue: value })

/**
 * Makes a texter that sends text messages through Amazon SNS, as transactional messages. It needs the package `@aws-sdk/client-sns`. In
 * the SMS sandbox of SNS, recipients must be verified numbers.
 *
 * `send` throws `NotDoneError` if the message was certainly not sent, also for a recipient that is not a phone number in the E.164
 * format.
 *
 * @throws TypeError if `senderId` or `originationNumber` is invalid.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
 * @example
 * snsTexter({ sns: snsClient(), senderId: 'Example' })
 */
export function snsTexter({ sns, senderId, originationNumber }: SnsTexterOptions): Texter {
  if (senderId !== undefined && !SENDER_ID.test(senderId))
    throw new TypeError(`snsTexter({ senderId }): expected 1 to 11 letters and digits with at least one letter, not ${quote(senderId)}`)
  if (originationNumber !== undefined && !isPhoneNumber(originationNumber))
    throw new TypeError(`snsTexter({ originationNumber }): expected a number such as '+12065550100', not ${quote(originationNumber)}`)
  const MessageAttributes = {
    'AWS.SNS.SMS.SMSType': toAttribute('Transactional'),
    ...(senderId !== undefined && { 'AWS.SNS.SMS.SenderID': toAttribute(senderId) }),
    ...(originationNumber !== undefined && { 'AWS.MM.SMS.OriginationNumber': toAttribute(originationNumber) }),
  }
  return {
    permissions: [{ actions: ['sns:Publish'], resource: 'phone-numbers' }],
    async send({ to, text }, signal) {
      // The message does not contain the number, because errors are logged.
      if (!isPhoneNumber(to)) throw new NotDoneError(new TypeError('The recipient is not a phone number in the E.164 format'))
      // A lone surrogate would make the SDK throw in the middle of writing the request, and the client's next message would contain that part.
      const command = new PublishCommand({ PhoneNumber: to, Message: toWellFormed(text), MessageAttributes })
      await sendCommand(command, (each) => sns().send(each, { abortSignal: signal }), SNSServiceException, signal)
    },
  }
}

const quote = (value: unknown): string => JSON.stringify(value) ?? String(value)
