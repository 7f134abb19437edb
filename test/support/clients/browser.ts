import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { AuthError } from '../../../src/client/read-auth-error.ts'
import { listenOnLoopback } from '../../../src/tools/local/loopback.ts'
import type { PoolAddress } from '../pool.ts'
import { createProxyClient, type Outcome, type TestClient } from './client.ts'

/** The clients that the page has. */
export type PageClient = 'sdk' | 'identity-js' | 'amplify'

/** The place of Chromium. Undefined if it is not installed. */
export const CHROMIUM: string | undefined = [process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'].find((path) => existsSync(path))

/** The line to print if Chromium is missing. */
export const NO_BROWSER =
  'The tests in a browser are skipped: Chromium is missing. Install it with `apt-get install chromium`, or set CHROMIUM_PATH.'

// Without these flags, Chromium calls Google's hosts, which closed networks refuse.
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-dev-shm-usage'],
]
const MINUTES = 60_000

/** Starts Chromium without a window. @param flags More flags of its command line. */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(NO_BROWSER)
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags], timeout: 3 * MINUTES })
}

/** A web application on a loopback port of its own. */
export interface WebApplication {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Bundles a program of this folder for browsers, and serves a page with it under every path. */
export async function serveApplication(program = 'page.ts'): Promise<WebApplication> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, program)],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    // The tests check the classes of errors.
    keepNames: true,
    // The library reads this global of Node.
    define: { global: 'globalThis' },
    logLevel: 'error',
  })
  const script = outputFiles[0]?.text ?? ''
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? script : '<!doctype html><title>Application</title><script type="module" src="/page.js"></script>')
  })
  const { endpoint, stop } = await listenOnLoopback(server)
  // The page and the pool have the same host name, but another port, and so another origin.
  return { url: endpoint.replace('127.0.0.1', 'localhost'), stop }
}

/** Opens the application, and waits for its program. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(3 * MINUTES)
  await page.goto(url)
  await page.waitForFunction('typeof openClient === "function"')
  return page
}

/** Calls a client in a page, and reads its error there. */
export function readPageError(page: Page, name: PageClient, method: string, args: readonly unknown[]): Promise<AuthError | null> {
  return page.evaluate<AuthError | null>(`readCallError(${[name, method, args].map((each) => JSON.stringify(each))})`)
}

/** Connects a client in a page to a pool. Its errors are data. */
export async function openPageClient(page: Page, name: PageClient, pool: PoolAddress): Promise<TestClient> {
  const { endpoint, region, userPoolId, clientId } = pool
  await page.evaluate(`openClient(${JSON.stringify(name)}, ${JSON.stringify({ endpoint, region, userPoolId, clientId })})`)
  return createProxyClient((method, args) =>
    page.evaluate<Outcome>(`callClient(${[name, method, args].map((each) => JSON.stringify(each))})`),
  )
}
