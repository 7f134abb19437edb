import { once } from 'node:events'
import { createRequire } from 'node:module'
import { SendEmailCommand } from '@aws-sdk/client-ses'
import { expect, it } from 'vitest'
import { startSes } from '../../../../src/tools/local/ses/server.ts'
import { sesClient } from '../../../support/local-clients.ts'

// Uses require, because Node and vitest expose the default export of this CommonJS package in different places.
const emulator: typeof import('aws-ses-v2-local') = createRequire(import.meta.url)('aws-ses-v2-local')

it('startSes parses an email in the same way as an independent SES emulator', async () => {
  const mail = new SendEmailCommand({
    Source: 'Lifeguard <welcome@example.com>',
    Destination: {
      // Sends to one address of each kind, because the emulator stores only one To, one Cc and one Bcc address.
      ToAddresses: ['Zoë <zoe@example.com>'],
      CcAddresses: ['cc+label@example.com'],
      BccAddresses: ['bcc@example.com'],
    },
    ReplyToAddresses: ['help@example.com'],
    Message: { Subject: { Data: 'Grüße, 100 % & mehr' }, Body: { Text: { Data: 'a+b\n=ü' }, Html: { Data: '<p>a+b</p>' } } },
  })
  const ours = await startSes()
  const theirs = await emulator.default({ host: '127.0.0.1', port: 0 })
  const address = theirs.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const clients = [sesClient(ours.endpoint), sesClient(endpoint)]
  try {
    for (const client of clients) await client.send(mail)
    const store: unknown = await (await fetch(`${endpoint}/store`)).json()
    const [received] = ours.inbox()
    expect(store).toMatchObject({
      emails: [
        {
          from: received?.from,
          destination: { to: received?.to, cc: received?.cc, bcc: received?.bcc },
          replyTo: received?.replyTo,
          subject: received?.subject,
          body: { text: received?.text, html: received?.html },
        },
      ],
    })
  } finally {
    for (const client of clients) client.destroy()
    await ours.stop()
    theirs.close()
    theirs.closeAllConnections()
    await once(theirs, 'close')
  }
})
