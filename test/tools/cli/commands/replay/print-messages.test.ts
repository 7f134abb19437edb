import { describe, expect, it } from 'vitest'
import { describeMessages } from '../../../../../src/tools/cli/commands/replay/print-messages.ts'

describe('describeMessages', () => {
  it('shows the subject, the text of the email in one line, and the SMS', () => {
    const emailMessage =
      '<html><head><title>x</title></head><body><p>Hello&nbsp;<b>Ann</b>,</p>\n<p>your code: {####}</p><style>a{}</style></body></html>'

    expect(describeMessages({ smsMessage: '{####} is your code', emailMessage, emailSubject: 'Your code' })).toEqual([
      'email subject: Your code',
      'email: Hello Ann, your code: {####}',
      'SMS: {####} is your code',
    ])
  })

  it.each([null, 'text', {}, { smsMessage: null, emailMessage: null, emailSubject: null }, { autoConfirmUser: true }])(
    'shows nothing for the response %j',
    (response) => {
      expect(describeMessages(response)).toEqual([])
    },
  )
})
