import { type SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultySes, startFaultySes } from './faulty-ses.ts'
import { sesClient } from './local-clients.ts'

const mail = new SendEmailCommand({
  Source: 'welcome@example.com',
  Destination: { ToAddresses: ['jane@example.com'] },
  Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } },
})

let ses: FaultySes
let client: SESClient

beforeEach(async () => {
  ses = await startFaultySes()
  client = sesClient(ses.endpoint)
})

afterEach(async () => {
  await ses.stop()
  client.destroy()
})

describe('an SES fault', () => {
  it.each([
    { fault: 'hang', error: { name: 'TimeoutError' } },
    { fault: 'reset', error: { code: 'ECONNRESET' } },
    { fault: 'status500', error: { name: 'InternalFailure', $fault: 'server', $metadata: { httpStatusCode: 500 } } },
    { fault: 'throttling', error: { name: 'Throttling', message: 'Maximum sending rate exceeded.', $metadata: { httpStatusCode: 400 } } },
    { fault: 'sandbox', error: { name: 'MessageRejected', $metadata: { httpStatusCode: 400 } } },
  ] as const)('the fault $fault gives the client an error, and SES accepts no email', async ({ fault, error }) => {
    ses.fault(fault)
    await expect(client.send(mail)).rejects.toMatchObject(error)
    expect(ses.inbox()).toEqual([])
  })

  it('with the fault dropResponse, SES accepts the email, and the connection is closed without a response', async () => {
    ses.fault('dropResponse')
    await expect(client.send(mail)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(ses.inbox()).toHaveLength(1)
  })

  it('accepts emails again after the fault is set to undefined', async () => {
    ses.fault('throttling')
    await expect(client.send(mail)).rejects.toThrow()
    ses.fault(undefined)
    await client.send(mail)
    expect(ses.inbox()).toHaveLength(1)
  })

  it('the fault throttling makes the SDK retry', async () => {
    const stubborn = sesClient(ses.endpoint, { maxAttempts: 2 })
    ses.fault('throttling')
    await expect(stubborn.send(mail)).rejects.toMatchObject({ name: 'Throttling', $metadata: { attempts: 2 } })
    stubborn.destroy()
  })

  it('the fault hang leaves the inbox page readable', async () => {
    ses.fault('hang')
    await expect(fetch(ses.endpoint).then((response) => response.status)).resolves.toBe(200)
  })
})

describe('stop', () => {
  it('stops without waiting for a hanging call', async () => {
    ses.fault('hang')
    const patient = sesClient(ses.endpoint)
    const hanging = expect(patient.send(mail)).rejects.toThrow()
    // Waits for the connection. It has two sockets in this process, because client and server run here.
    await expect.poll(() => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap')).toHaveLength(2)
    await ses.stop()
    await hanging
    patient.destroy()
  })

  it('stops without waiting for a keep-alive connection', async () => {
    await client.send(mail)
    await ses.stop()
    await expect(fetch(ses.endpoint)).rejects.toThrow()
  })
})
