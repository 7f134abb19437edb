import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalSes } from '../../../src/local/ses/local-ses.ts'
import { startSes } from '../../../src/local/ses/server.ts'
import { sesClient } from '../../../src/shared/aws/ses.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { startTroubledService } from '../../support/troubled-service.ts'

const DEADLINE_MS = 4000
const mail = new SendEmailCommand({
  Source: 'welcome@example.com',
  Destination: { ToAddresses: ['ann@example.com'] },
  Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } },
})

let service: LocalSes
let client: SESClient

beforeEach(async () => {
  service = await startSes()
  stubEnvironment(endpointEnvironment({ ses: service.endpoint }))
  client = sesClient()()
})
afterEach(async () => {
  client.destroy()
  await service.stop()
  vi.unstubAllEnvs()
})

describe('sesClient', () => {
  it('is made at its first use, and once', () => {
    const ses = sesClient()
    expect(ses()).toBeInstanceOf(SESClient)
    expect(ses()).toBe(ses())
    ses().destroy()
  })

  it('sends', async () => {
    await client.send(mail)
    expect(service.inbox()).toMatchObject([{ to: ['ann@example.com'], subject: 'Welcome' }])
  })

  it.each([
    { fault: 'hang', error: { name: 'TimeoutError', $metadata: { attempts: 1 } } },
    { fault: 'reset', error: { code: 'ECONNRESET', $metadata: { attempts: 1 } } },
    { fault: 'status500', error: { name: 'InternalFailure', $metadata: { attempts: 1 } } },
    { fault: 'throttling', error: { name: 'Throttling', $metadata: { attempts: 1 } } },
  ] as const)('gives up before the deadline and never tries again: $fault', async ({ fault, error }) => {
    service.fault(fault)
    await expect(client.send(mail, { abortSignal: AbortSignal.timeout(DEADLINE_MS) })).rejects.toMatchObject(error)
    expect(service.inbox()).toEqual([])
  })

  it('does not send a second mail where the answer to the first was lost', async () => {
    service.fault('dropResponse')
    await expect(client.send(mail)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(service.inbox()).toHaveLength(1)
  })

  it('stops waiting when told to', async () => {
    const abort = new AbortController()
    const hanging = await startTroubledService(() => abort.abort())
    vi.stubEnv('AWS_ENDPOINT_URL_SES', hanging.endpoint)
    const patient = sesClient()()
    await expect(patient.send(mail, { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(hanging.calls()).toBe(1)
    patient.destroy()
    await hanging.stop()
  })
})
