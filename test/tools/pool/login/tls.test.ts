import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { startPools } from '../../../../src/tools/pool/start-pool.ts'
import { startForTest, type TestLogin } from '../../../support/managed-login.ts'
import { createCertificate } from '../../../support/self-signed.ts'

const start = (tls?: ReturnType<typeof createCertificate>): Promise<TestLogin> => startForTest(tls && { tls })

/** Sends GET by HTTPS to 127.0.0.1, for which the certificate is. */
function get(
  domain: string | undefined,
  path: string,
  ca: string,
): Promise<{ readonly status: number | undefined; readonly location: string | undefined; readonly body: string }> {
  const [, port] = domain?.split(':') ?? []
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, ca, servername: '', headers: { host: domain ?? '' } }, async (response) => {
      resolve({ status: response.statusCode, location: response.headers.location, body: await text(response) })
    })
      .on('error', reject)
      .end()
  })
}

it('serves managed login on a second port with HTTPS', async () => {
  const tls = createCertificate()
  const login = await start(tls)
  const { pathname, search } = new URL(login.authorizeUrl())

  const answer = await get(login.pools.domain, `${pathname}${search}`, tls.cert)
  const page = await get(login.pools.domain, answer.location ?? '', tls.cert)

  expect(login.pools.domain).toMatch(/^localhost:\d+$/)
  expect(answer.status).toBe(303)
  expect(page.body).toContain('<h1>Sign in</h1>')
})

it('comes back from a provider by HTTPS', async () => {
  const tls = createCertificate()
  const login = await start(tls)
  const { pathname, search } = new URL(login.authorizeUrl({ identity_provider: 'Google' }))

  const answer = await get(login.pools.domain, `${pathname}${search}`, tls.cert)

  const query = new URLSearchParams(answer.location?.split('?')[1])
  expect(query.get('redirect_uri')).toBe(`https://${login.pools.domain}/oauth2/idpresponse`)
})

it('has no second port without a certificate', async () => {
  const login = await start()

  expect(login.pools.domain).toBeUndefined()
})

it('reports a second port that is taken, and closes the first one', async () => {
  const tls = createCertificate()
  const login = await start(tls)
  const port = Number(login.pools.domain?.split(':')[1])
  const { call, encrypt } = login.pools.world

  const failed = startPools({ call, encrypt, tls: { ...tls, port } })

  await expect(failed).rejects.toThrow(`The local user pool cannot listen on port ${port}`)
})
