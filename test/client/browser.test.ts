import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeAuthErrors } from '../support/clients/auth-errors.ts'
import {
  CHROMIUM,
  launchChromium,
  NO_BROWSER,
  openPage,
  openPageClient,
  readPageError,
  serveApplication,
  type WebApplication,
} from '../support/clients/browser.ts'

if (CHROMIUM === undefined) console.warn(NO_BROWSER)

const TIMEOUT = 300_000

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

  describe.each(['sdk', 'identity-js', 'amplify'] as const)('the errors of %s', (name) => {
    describeAuthErrors(async (pool) => {
      const page = await openPage(browser, application.url)
      await openPageClient(page, name, pool)
      return { readError: (method, ...args) => readPageError(page, name, method, args), close: () => page.context().close() }
    })
  })
})
