import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CHROMIUM,
  launchChromium,
  NO_BROWSER,
  openPage,
  openPageClient,
  type PageClient,
  serveApplication,
  type WebApplication,
} from '../../../support/clients/browser.ts'
import { type ClientFacts, describeClient } from '../../../support/clients/journey.ts'
import { createUser, PASSWORD } from '../../../support/clients/users.ts'
import { startTestPool, type TestPool } from '../../../support/pool.ts'

if (CHROMIUM === undefined) console.warn(NO_BROWSER)

const TIMEOUT = 300_000
const CLIENTS: Readonly<Record<PageClient, ClientFacts>> = {
  sdk: { errorType: (name) => name, refreshSource: 'TokenGeneration_Authentication' },
  'identity-js': { errorType: () => 'Error', refreshSource: 'TokenGeneration_RefreshTokens' },
  amplify: { errorType: () => 'AuthError', refreshSource: 'TokenGeneration_Authentication' },
}

describe.skipIf(CHROMIUM === undefined)('a page in Chromium', () => {
  let browser: Browser
  let application: WebApplication
  beforeAll(async () => {
    application = await serveApplication()
    browser = await launchChromium()
  }, TIMEOUT)
  afterAll(async () => {
    await browser?.close()
    await application?.stop()
  }, TIMEOUT)

  for (const name of ['sdk', 'identity-js', 'amplify'] as const) {
    describe(name, () => {
      describeClient(async (pool) => {
        const page = await openPage(browser, application.url)
        // The page has another origin than the pool, so that Chromium applies CORS.
        expect(new URL(page.url()).origin).not.toBe(pool.endpoint)
        return { client: await openPageClient(page, name, pool), close: () => page.context().close() }
      }, CLIENTS[name])
    })
  }

  describe('the storage and the origin of a page', () => {
    let pool: TestPool
    beforeAll(async () => {
      pool = await startTestPool()
    })
    afterAll(() => pool?.stop())

    it('keeps a user signed in after the page is loaded again', { timeout: TIMEOUT }, async () => {
      const email = await createUser(pool, 'reload@example.com')
      const page = await openPage(browser, application.url)
      const before = await openPageClient(page, 'amplify', pool)
      await before.signIn(email, PASSWORD, {})
      const { access } = await before.tokens()

      await page.reload()
      await page.waitForFunction('typeof openClient === "function"')
      const after = await openPageClient(page, 'amplify', pool)

      expect(await after.attributes()).toMatchObject({ email })
      expect((await after.tokens()).access).toBe(access)
      expect((await after.refresh()).access).not.toBe(access)
      await page.context().close()
    })

    it('gives no answer to a page of another site', { timeout: TIMEOUT }, async () => {
      // Chromium resolves this name to the loopback address, so only the pool can refuse the page.
      const page = await openPage(browser, application.url.replace('localhost', 'attacker.localhost'))
      const requests = pool.pools.world.journal.entries().length

      const body = JSON.stringify({ ClientId: pool.clientId, Username: 'victim@example.com', Password: PASSWORD })
      const send = `fetch(${JSON.stringify(pool.endpoint)}, { method: 'POST', headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.SignUp' }, body: ${JSON.stringify(body)} })`

      expect(await page.evaluate(`${send}.then(() => 'answered', (error) => error.message)`)).toBe('Failed to fetch')
      expect(pool.pools.world.journal.entries()).toHaveLength(requests)
      await page.context().close()
    })
  })
})
