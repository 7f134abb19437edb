import { once } from 'node:events'
import { createServer } from 'node:net'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sendConnections, sendTimes, sesClient } from '../../../src/shared/aws/ses.ts'
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
    { fault: 'reset', error: { code: 'ECONNRESET', $metadata: { attempts: 1 } } },
    { fault: 'status500', error: { name: 'InternalFailure', $metadata: { attempts: 1 } } },
    { fault: 'throttling', error: { name: 'Throttling', $metadata: { attempts: 1 } } },
  ] as const)('never tries again: $fault', async ({ fault, error }) => {
    service.fault(fault)
    await expect(client.send(mail)).rejects.toMatchObject(error)
    expect(service.inbox()).toEqual([])
  })

  it('does not send a second mail where the answer to the first was lost', async () => {
    service.fault('dropResponse')
    await expect(client.send(mail)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(service.inbox()).toHaveLength(1)
  })

  describe('of a service in trouble', () => {
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
      { what: 'hangs', go: () => undefined },
      { what: 'stalls in the middle of its answer', go: troubles['stalls in the middle of its answer'] },
    ])('waits for one that $what until it is told to stop', async ({ go }) => {
      const abort = new AbortController()
      await startClient((call) => {
        go(call)
        setTimeout(() => abort.abort(), 50)
      })
      await expect(patient.send(mail, { abortSignal: abort.signal })).rejects.toBeInstanceOf(Error)
      expect(abort.signal.aborted).toBe(true)
      expect(trouble.calls()).toBe(1)
    })

    it('hears an answer that comes late: it may be that of an accepted mail', async () => {
      await startClient(({ response }) => setTimeout(() => response.end(ACCEPTED), 1200))
      await expect(patient.send(mail)).resolves.toMatchObject({ MessageId: 'late' })
    })

    it('sends mails in quick succession through one connection, and others through a new one', async () => {
      const served = new WeakSet<object>()
      const connections: number[] = []
      // As a service that has closed an idle connection, of which a frozen process hears when it writes.
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

    it('says that nothing was sent where nobody was there to talk to', async () => {
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

  it('says that nothing was sent where the handshake was broken off', async () => {
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

  it('leaves the cut to the deadline of whoever sends', () => {
    expect(Math.min(sendTimes.requestTimeout, sendTimes.socketTimeout)).toBeGreaterThan(DEFAULT_DEADLINE_MS)
    expect(sendConnections.connectMs).toBeLessThan(DEFAULT_DEADLINE_MS)
  })
})
