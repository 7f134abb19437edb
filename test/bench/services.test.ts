import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Certificate, createCertificate } from '../../bench/certificate.ts'
import { startDelayed } from '../../bench/delayed.ts'
import { listenOnLoopback } from '../../src/tools/local/loopback.ts'

/** Posts a string to an endpoint. Trusts only the given certificate. */
async function post(endpoint: string, { certificate }: Certificate, body: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(`${endpoint}/path`, { method: 'POST', ca: certificate, agent: false }, async (response) => {
      resolve({ status: response.statusCode, body: await text(response) })
    })
    call.on('error', reject)
    call.end(body)
  })
}

async function echo() {
  const server = createServer(async (incoming, response) => {
    response.writeHead(418, { 'content-type': 'text/plain' }).end(`${incoming.method} ${incoming.url} ${await text(incoming)}`)
  })
  const service = await listenOnLoopback(server)
  onTestFinished(service.stop)
  return service
}

describe('createCertificate', () => {
  it('creates a self-signed certificate that is valid now, and only for 127.0.0.1', () => {
    const certificate = new X509Certificate(createCertificate().certificate)
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkHost('example.com')).toBeUndefined()
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now())
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now())
  })
})

describe('startDelayed', () => {
  it('forwards the request to the service and the response to the client, with and without an added delay', async () => {
    const certificate = createCertificate()
    const delayed = await startDelayed((await echo()).endpoint, certificate)
    onTestFinished(delayed.stop)
    expect(await post(delayed.endpoint, certificate, 'hello')).toEqual({ status: 418, body: 'POST /path hello' })
    delayed.delay(5)
    expect(await post(delayed.endpoint, certificate, 'again')).toEqual({ status: 418, body: 'POST /path again' })
  })

  it('cannot be reached by a client that trusts only another certificate', async () => {
    const delayed = await startDelayed((await echo()).endpoint, createCertificate())
    onTestFinished(delayed.stop)
    await expect(post(delayed.endpoint, createCertificate(), '')).rejects.toThrow(/self.signed|certificate/i)
  })

  it('closes the connection of the client if the service behind the proxy has stopped', async () => {
    const certificate = createCertificate()
    const service = await echo()
    const delayed = await startDelayed(service.endpoint, certificate)
    onTestFinished(delayed.stop)
    await service.stop()
    await expect(post(delayed.endpoint, certificate, '')).rejects.toThrow(/hang up|ECONNRESET/)
  })
})
