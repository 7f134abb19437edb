export type { SesClientOptions } from '../shared/aws/sending-client.ts'
export { type SesV2, sesV2Client } from '../shared/aws/ses-v2.ts'
export type { Mailbox } from '../shared/email/mailbox.ts'
export { type SesV2MailerOptions, sesV2Mailer } from './ses-v2-mailer.ts'
