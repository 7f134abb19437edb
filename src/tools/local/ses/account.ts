import { randomUUID } from 'node:crypto'
import { type Draft, fromSendEmail, fromSendRawEmail } from './compose.ts'
import { checkVerified } from './identities.ts'
import type { ReceivedMail, SendQuota, SesOptions } from './local-ses.ts'
import type { QueryCall } from './protocol.ts'
import { SesError } from './ses-error.ts'

/** An SES account: what it has accepted, and what it answers to a call. */
export interface Account {
  readonly inbox: () => readonly ReceivedMail[]
  readonly clear: () => void
  /**
   * Carries out one call and returns the fields of its result.
   *
   * @throws SesError when SES would refuse it.
   */
  readonly perform: (call: QueryCall, region: string) => Readonly<Record<string, string>>
}

const SANDBOX_QUOTA: SendQuota = { max24HourSend: 200, maxSendRate: 1 }
const PRODUCTION_QUOTA: SendQuota = { max24HourSend: 50_000, maxSendRate: 14 }

/** Opens an empty account. */
export function openAccount(options: SesOptions): Account {
  const { sandbox = false, keep = 10_000, sendQuota: quota = sandbox ? SANDBOX_QUOTA : PRODUCTION_QUOTA } = options
  const verified = options.verified ?? (sandbox ? [] : undefined)
  const mails: ReceivedMail[] = []
  let sent = 0

  const send = ({ returnPath, ...mail }: Draft, region: string): { MessageId: string } => {
    const recipients = [...mail.to, ...mail.cc, ...mail.bcc]
    if (verified !== undefined) {
      const senders = returnPath === undefined ? [mail.from] : [mail.from, returnPath]
      checkVerified(sandbox ? [...senders, ...recipients] : senders, verified, region)
    }
    // A quota of -1 is SES's way to say that there is none.
    if (quota.max24HourSend >= 0 && sent + recipients.length > quota.max24HourSend) {
      throw new SesError('Throttling', 'Daily message quota exceeded.')
    }
    sent += recipients.length
    const at = new Date()
    const messageId = newMessageId(at)
    mails.push({ ...mail, messageId, at: at.toISOString() })
    if (mails.length > keep) mails.shift()
    return { MessageId: messageId }
  }

  return {
    inbox: () => [...mails],
    clear: () => {
      mails.length = 0
    },
    perform: (call, region) => {
      switch (call.action) {
        case 'SendEmail':
          return send(fromSendEmail(call), region)
        case 'SendRawEmail':
          return send(fromSendRawEmail(call), region)
        case 'GetSendQuota':
          return {
            Max24HourSend: quota.max24HourSend.toFixed(1),
            MaxSendRate: quota.maxSendRate.toFixed(1),
            SentLast24Hours: sent.toFixed(1),
          }
        case '':
          throw new SesError('MissingAction', 'The request is missing an action or a required parameter.')
        default:
          throw new SesError('InvalidAction', `The action ${call.action} is not valid for this web service.`)
      }
    },
  }
}

// Shaped as those of SES, so that whoever stores or logs one meets its real length: 60 characters.
function newMessageId(at: Date): string {
  return `0100${at.getTime().toString(16).padStart(12, '0')}-${randomUUID()}-000000`
}
