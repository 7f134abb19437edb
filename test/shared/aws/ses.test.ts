import { once } from 'node:events'
import { createServer } from 'node:net'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sendConnections, sendTimes } from '../../../src/shared/aws/sending-client.ts'
import { sesClient } from '../../../src/shared/aws/ses.ts'
import { DEFAULT_DEADLINE_MS } from '../../../src/shared/lambda/settings.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { type FaultySes, startFaultySes } from '../../support/faulty-ses.ts'
import { type Behaviour, startTroubledService, type TroubledService, troubles } from '../../support/troubled-service.ts'

const ACCEPTED =
  '<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>late</MessageId></SendEmailResult></SendEmailResponse>'

const mail = new SendEmailCommand({
  Source: 'welcome@example.com',
  Destination: { ToAddresses: ['ann@example.com'] },
  Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } },
})

let service: FaultySes
let client: SESClient

beforeEach(async () => {
  service = await startFaultySes()
  stubEnvironment(endpointEnvironment({ ses: service.endpoint }))
  client = sesClient()()
})
afterEach(async () => {
  client.destroy()
  await service.stop()
  vi.unstubAllEnvs()
})

describe('sesClient', () => {
  it('creates the client at the first call, and only once', () => {
    const ses = sesClient()
    expect(ses()).toBeInstanceOf(SESClient)
    expect(ses()).toBe(ses())
    ses().destroy()
  })

  it('sends an email', async () => {
    await client.send(mail)
    expect(service.inbox()).toMatchObject([{ to: ['ann@example.com'], subject: 'Welcome' }])
  })

  it.each([
    { fault: 'reset', error: { code: 'ECONNRESET', $metadata: { attempts: 1 } } },
    { fault: 'status500', error: { name: 'InternalFailure', $metadata: { attempts: 1 } } },
    { fault: 'throttling', error: { name: 'Throttling', $metadata: { attempts: 1 } } },
  ] as const)('makes only one attempt when SES has the fault $fault', async ({ fault, error }) => {
    service.fault(fault)
    await expect(client.send(mail)).rejects.toMatchObject(error)
    expect(service.inbox()).toEqual([])
  })

  it('sends one email when the connection closes before the response', async () => {
    service.fault('dropResponse')
    await expect(client.send(mail)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(service.inbox()).toHaveLength(1)
  })

  describe('sesClient with a faulty SES', () => {
    let trouble: TroubledService
    let patient: SESClient

    const startClient = async (behave: Behaviour): Promise<void> => {
      trouble = await startTroubledService(behave)
      vi.stubEnv('AWS_ENDPOINT_URL_SES', trouble.endpoint)
      patient = sesClient()()
    }
    afterEach(async () => {
      patient.destroy()
      await trouble.stop()
    })

    it.each([
      { fault: 'hangs', go: () => undefined },
      { fault: 'stalls in the middle of its response', go: troubles['stalls in the middle of its response'] },
    ])('when SES $fault, waits until the abort signal of the call is aborted', async ({ go }) => {
      const abort = new AbortController()
      await startClient((call) => {
        go(call)
        setTimeout(() => abort.abort(), 50)
      })
      await expect(patient.send(mail, { abortSignal: abort.signal })).rejects.toBeInstanceOf(Error)
      expect(abort.signal.aborted).toBe(true)
      expect(trouble.calls()).toBe(1)
    })

    it('waits for a late response, because SES may have accepted the email', async () => {
      await startClient(({ response }) => setTimeout(() => response.end(ACCEPTED), 1200))
      await expect(patient.send(mail)).resolves.toMatchObject({ MessageId: 'late' })
    })

    it('reuses a connection for emails in quick succession, and opens a new one after an idle time', async () => {
      const served = new WeakSet<object>()
      const connections: number[] = []
      // Simulates SES, which closes an idle connection while the process is frozen.
      await startClient(({ request, response }) => {
        connections.push(request.socket.remotePort ?? 0)
        if (frozen && served.has(request.socket)) request.socket.resetAndDestroy()
        else response.end(ACCEPTED)
        served.add(request.socket)
      })
      let frozen = false
      await patient.send(mail)
      await patient.send(mail)
      expect(new Set(connections).size).toBe(1)
      frozen = true
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
      await expect(patient.send(mail)).resolves.toMatchObject({ MessageId: 'late' })
      vi.restoreAllMocks()
      expect(connections).toHaveLength(3)
    })

    it('throws NotDoneError when SES is not reachable', async () => {
      await startClient(() => undefined)
      await trouble.stop()
      await expect(patient.send(mail)).rejects.toMatchObject({
        name: 'NotDoneError',
        code: 'not-done',
        reason: 'ECONNREFUSED',
        cause: { code: 'ECONNREFUSED' },
      })
    })
  })

  it('throws NotDoneError when the TLS handshake fails', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.resetAndDestroy()))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port')
    vi.stubEnv('AWS_ENDPOINT_URL_SES', `https://127.0.0.1:${address.port}`)
    const other = sesClient()()
    await expect(other.send(mail)).rejects.toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: 'ECONNRESET' })
    other.destroy()
    server.close()
  })

  it('uses request timeouts that are longer than the default deadline, and a connect timeout that is shorter', () => {
    expect(Math.min(sendTimes.requestTimeout, sendTimes.socketTimeout)).toBeGreaterThan(DEFAULT_DEADLINE_MS)
    expect(sendConnections.connectMs).toBeLessThan(DEFAULT_DEADLINE_MS)
  })
})
