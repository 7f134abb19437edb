import { decodeHTML } from 'entities'
import { readHtml } from '../../../../shared/messages/html.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'

/** Describes the messages that Cognito sends after an answer of custom message. Empty if the response has no message. */
export function describeMessages(response: unknown): readonly string[] {
  if (!isObject(response)) return []
  const { emailSubject, emailMessage, smsMessage } = response
  return [
    ...(typeof emailSubject === 'string' ? [`email subject: ${emailSubject}`] : []),
    ...(typeof emailMessage === 'string' ? [`email: ${toPlainText(emailMessage)}`] : []),
    ...(typeof smsMessage === 'string' ? [`SMS: ${smsMessage}`] : []),
  ]
}

/** Returns the text of an HTML email in one line. */
function toPlainText(html: string): string {
  const body = html.replace(/<head\b.*?<\/head\s*>/gis, '')
  return decodeHTML(readHtml(body).visible).replace(/\s+/g, ' ').trim()
}
