import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type SiteVerifyOptions, siteVerify } from '../../../src/shared/captcha/site-verify.ts'
import { type LocalService, listenOnLoopback } from '../../../src/tools/local/loopback.ts'

const { signal } = new AbortController()
const secret = 'sk-secret'
const TOKEN = 'XXXX.TOKEN.XXXX'

let service: LocalService
let requests: { readonly method: string | undefined; readonly type: string | undefined; readonly form: URLSearchParams }[] = []
let answer: (response: ServerResponse) => unknown

beforeAll(async () => {
  service = await listenOnLoopback(
    createServer(async (request, response) => {
      const form = new URLSearchParams(await text(request))
      requests.push({ method: request.method, type: request.headers['content-type'], form })
      answer(response)
    }),
  )
})
afterAll(() => service.stop())
beforeEach(() => {
  requests = []
})

const reply = (body: unknown, status: number = 200): void => {
  answer = (response) => response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
}
const verify = (more: Partial<SiteVerifyOptions> = {}, token: string = TOKEN) =>
  siteVerify({ secret, url: service.endpoint, ...more })(token, signal)

describe('siteVerify', () => {
  it('posts the secret and the token as a form, and returns the result', async () => {
    reply({ success: true })
    expect(await verify()).toBe(true)
    expect(requests).toMatchObject([{ method: 'POST', type: expect.stringContaining('application/x-www-form-urlencoded') }])
    expect([...(requests[0]?.form ?? [])]).toEqual([
      ['secret', secret],
      ['response', TOKEN],
    ])

    reply({ success: false, 'error-codes': ['timeout-or-duplicate'] })
    expect(await verify()).toBe(false)
    reply({ success: false, 'error-codes': ['invalid-input-response'] }, 400)
    expect(await verify()).toBe(false)
    reply({ success: false })
    expect(await verify()).toBe(false)
  })

  it.each(['', 'x'.repeat(8193)])('refuses an empty and a very long token without a request (%#)', async (token) => {
    expect(await verify({}, token)).toBe(false)
    expect(requests).toEqual([])
  })

  it.each<readonly [string, Partial<SiteVerifyOptions>, object, boolean]>([
    ['an expected host', { hostnames: ['www.example.com', 'App.example.com'] }, { hostname: 'app.EXAMPLE.com' }, true],
    ['another host', { hostnames: ['app.example.com'] }, { hostname: 'evil.example' }, false],
    ['a longer host', { hostnames: ['example.com'] }, { hostname: 'example.com.evil.example' }, false],
    ['no host', { hostnames: ['app.example.com'] }, {}, false],
    ['the expected action', { action: 'sign-up' }, { action: 'sign-up' }, true],
    ['another action', { action: 'sign-up' }, { action: 'sign-in' }, false],
    ['no action', { action: 'sign-up' }, {}, false],
    ['a sufficient score', { minScore: 0.5 }, { score: 0.5 }, true],
    ['a low score', { minScore: 0.5 }, { score: 0.4 }, false],
    ['a score as text', { minScore: 0.5 }, { score: '0.9' }, false],
    ['no score', { minScore: 0 }, {}, false],
  ])('checks the page of a valid token with %s', async (_, options, fields, expected) => {
    reply({ success: true, ...fields })
    expect(await verify(options)).toBe(expected)
  })

  it.each<readonly [string, unknown, number, string]>([
    ['status 500', { success: true }, 500, 'the status is 500; expected 200'],
    ['status 403', TOKEN, 403, 'the status is 403; expected 200'],
    ['malformed JSON', `{"success":true,"${TOKEN}`, 200, 'it is not a JSON object'],
    ['a list', [true], 200, 'it is not a JSON object'],
    ['no success', { ok: true }, 200, 'its success is not a boolean'],
    ['another success', { success: 'true' }, 200, 'its success is not a boolean'],
    ['a huge body', `{"success":true,"x":"${'x'.repeat(70_000)}"}`, 200, 'it has more than 65536 bytes'],
    ['a wrong secret', { success: false, 'error-codes': ['invalid-input-secret'] }, 200, 'the service does not know the secret'],
    ['the secret of another site', { success: false, 'error-codes': ['sitekey-secret-mismatch'] }, 200, 'of another site'],
  ])('throws for an answer with %s, without the token or the secret', async (_, body, status, problem) => {
    reply(body, status)
    const error: unknown = await verify().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'captcha-answer', message: expect.stringContaining(problem) })
    expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/TOKEN|sk-secret/)
  })

  it('follows no redirect, so that the secret goes to no other host', async () => {
    answer = (response) => response.writeHead(307, { location: `${service.endpoint}/other` }).end()
    await expect(verify()).rejects.toThrow('fetch failed')
    expect(requests).toHaveLength(1)
  })

  it('rejects if the service is slow or gone, or the rule has no time left', async () => {
    answer = () => undefined
    await expect(verify({ timeoutMs: 100 })).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect(siteVerify({ secret, url: service.endpoint })(TOKEN, AbortSignal.timeout(50))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    answer = (response) => response.socket?.destroy()
    await expect(verify()).rejects.toThrow('fetch failed')
  })

  it.each([
    ['turnstile', 'https://challenges.cloudflare.com/turnstile/v0/siteverify'],
    ['hcaptcha', 'https://api.hcaptcha.com/siteverify'],
    ['recaptcha', 'https://www.google.com/recaptcha/api/siteverify'],
  ] as const)('asks the address of %s', async (provider, expected) => {
    const asked: { readonly url: string; readonly key: string | null }[] = []
    vi.stubGlobal('fetch', async (url: URL, { body }: { readonly body: URLSearchParams }) => {
      asked.push({ url: String(url), key: body.get('idempotency_key') })
      return new Response('{"success":true}')
    })
    try {
      const check = siteVerify({ secret, provider })
      for (const [token, use] of [[TOKEN, 'mary'], [TOKEN, 'mary'], [TOKEN, 'eve'], ['other', 'mary'], [TOKEN]] as const)
        expect(await check(token, signal, use)).toBe(true)
    } finally {
      vi.unstubAllGlobals()
    }

    expect(new Set(asked.map(({ url }) => url))).toEqual(new Set([expected]))
    const [first, repeated, otherUser, otherToken, unnamed] = asked.map(({ key }) => key)
    if (provider !== 'turnstile') expect(asked.map(({ key }) => key)).toEqual([null, null, null, null, null])
    else {
      expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/)
      expect(repeated).toBe(first)
      expect(new Set([first, otherUser, otherToken, unnamed]).size).toBe(4)
      expect(unnamed).toBeNull()
    }
  })

  it.each<readonly [string, unknown, string]>([
    ['no options', undefined, 'siteVerify(): the options are undefined; expected an object'],
    ['no secret', { provider: 'turnstile' }, 'siteVerify(): secret is undefined; expected the secret key of your site'],
    ['an empty secret', { provider: 'turnstile', secret: '' }, 'siteVerify(): secret is empty'],
    ['neither provider nor url', { secret }, 'siteVerify(): expected either provider or url'],
    ['both', { secret, provider: 'turnstile', url: 'https://x.example' }, 'siteVerify(): expected either provider or url'],
    [
      'an unknown provider',
      { secret, provider: 'toString' },
      "siteVerify(): provider is 'toString'; expected one of turnstile, hcaptcha, recaptcha",
    ],
    ['an unencrypted url', { secret, url: 'http://x.example' }, 'siteVerify(): url is not an https: URL'],
    ['another url', { secret, url: 5 }, 'siteVerify(): url is not an https: URL'],
    ['a misspelt option', { secret, provider: 'turnstile', host: 'x' }, "siteVerify(): unknown option 'host'"],
    ['a host name as text', { secret, provider: 'turnstile', hostnames: 'x' }, 'siteVerify(): hostnames is a string; expected a list'],
    [
      'a URL as a host name',
      { secret, provider: 'turnstile', hostnames: ['https://x.example'] },
      "hostnames has 'https://x.example'; expected",
    ],
    ['a host with a port', { secret, provider: 'turnstile', hostnames: ['x.example', 'x.example:8080'] }, "hostnames has 'x.example:8080'"],
    ['a host in Unicode', { secret, provider: 'turnstile', hostnames: ['münchen.example'] }, "hostnames has 'münchen.example'; expected"],
    ['no host names', { secret, provider: 'turnstile', hostnames: [] }, 'siteVerify(): hostnames is an array; expected a list'],
    [
      'an action of hCaptcha',
      { secret, provider: 'hcaptcha', action: 'x' },
      'siteVerify(): action is a string; expected a text, and hCaptcha',
    ],
    ['a score of Turnstile', { secret, provider: 'turnstile', minScore: 0.5 }, 'siteVerify(): minScore: only reCAPTCHA v3 returns a score'],
    ['a user name in the URL', { secret, url: 'https://user:sk-password@captcha.example' }, 'siteVerify(): url has a user name'],
    ['a time limit as a text', { secret, provider: 'turnstile', timeoutMs: '2500' }, 'timeoutMs is a string; expected an integer from 100'],
    ['a fraction', { secret, provider: 'turnstile', timeoutMs: 1000.5 }, 'timeoutMs is 1000.5; expected an integer from 100 to 4000'],
    ['a score in percent', { secret, provider: 'recaptcha', minScore: 50 }, 'siteVerify(): minScore is 50; expected a number from 0 to 1'],
    ['a long time limit', { secret, provider: 'recaptcha', timeoutMs: 5000 }, 'siteVerify(): timeoutMs is 5000; expected'],
  ])('throws when it is made with %s', (_, options, message) => {
    expect(() => Reflect.apply(siteVerify, undefined, [options])).toThrow(message)
  })
})
