import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { slackWebhook, WebhookError } from '../../src/rules/slack-webhook.ts'
import { DeadlineExceededError, NotDoneError } from '../../src/shared/rules/errors.ts'
import { type Behaviour, startTroubledService, type TroubledService } from '../support/troubled-service.ts'

const { signal } = new AbortController()
const SECRET = 'B000-secret'
let service: TroubledService | undefined
afterEach(async () => {
  await service?.stop()
  service = undefined
})

/** Starts a service and makes its webhook. */
async function start(behave: Behaviour, timeoutMs = 2000) {
  service = await startTroubledService(behave)
  return slackWebhook({ url: `${service.endpoint}/services/${SECRET}`, timeoutMs })
}
const answer =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  ({ response }) =>
    response.writeHead(status, headers).end('invalid_payload')

async function catchError(sending: Promise<void>): Promise<unknown> {
  try {
    await sending
  } catch (error) {
    return error
  }
  throw new Error('The text was sent')
}

describe('slackWebhook', () => {
  it('posts the text as JSON to the path of its URL, without a preview of links', async () => {
    const seen: unknown[] = []
    const webhook = await start(({ body, request, response }) => {
      seen.push(request.method, request.url, request.headers['content-type'], JSON.parse(body))
      response.end('ok')
    })

    await webhook.send('New user', signal)

    const body = { text: 'New user', unfurl_links: false, unfurl_media: false }
    expect(seen).toEqual(['POST', `/services/${SECRET}`, 'application/json', body])
  })

  it.each([
    ['<!channel> & <https://evil.example|Slack>', '&lt;!channel&gt; &amp; &lt;https://evil.example|Slack&gt;'],
    ['a\u202eb\u0007c\u200bd\r\ne\u2028f', 'abcd\nef'],
    ['a'.repeat(5000), `${'a'.repeat(3999)}…`],
    ['Ann 👩‍💻 Ünal', 'Ann 👩💻 Ünal'],
  ])('escapes the text %j', async (text, escaped) => {
    const texts: string[] = []
    const webhook = await start(({ body, response }) => {
      texts.push(JSON.parse(body).text)
      response.end('ok')
    })
    await webhook.send(text, signal)
    expect(texts).toEqual([escaped])
  })

  it.each([400, 403, 404, 429])('throws NotDoneError for the status %i, after one attempt', async (status) => {
    const error = await catchError((await start(answer(status))).send('a', signal))
    expect(error).toBeInstanceOf(NotDoneError)
    expect(error).toMatchObject({
      reason: 'webhook-failed',
      cause: { message: `The webhook did not accept the message: the status is ${status}` },
    })
    expect(service?.calls()).toBe(1)
  })

  it.each([500, 502, 503, 504])('throws WebhookError for the status %i, because Slack may have posted the text', async (status) => {
    const error = await catchError((await start(answer(status))).send('a', signal))
    expect(error).toMatchObject({ name: 'WebhookError', message: `The webhook did not accept the message: the status is ${status}` })
    expect(service?.calls()).toBe(1)
  })

  it('follows no redirect', async () => {
    const webhook = await start(answer(302, { location: '/elsewhere' }))
    expect(await catchError(webhook.send('a', signal))).toBeInstanceOf(NotDoneError)
    expect(service?.calls()).toBe(1)
  })

  it('throws NotDoneError if it cannot connect', async () => {
    const webhook = await start(answer(200))
    await service?.stop()
    service = undefined
    expect(await catchError(webhook.send('a', signal))).toBeInstanceOf(NotDoneError)
    const unknownHost = slackWebhook({ url: `https://no-such-host.invalid/${SECRET}` })
    expect(await catchError(unknownHost.send('a', signal))).toBeInstanceOf(NotDoneError)
  })

  it.each<readonly [string, Behaviour, string]>([
    ['does not answer', () => undefined, 'it did not answer in time'],
    ['cuts the connection', ({ request }) => request.socket.destroy(), 'the connection failed'],
  ])('throws another error if Slack %s, because it may have posted the text', async (_, behave, problem) => {
    const error = await catchError((await start(behave, 100)).send('a', signal))
    expect(error).toBeInstanceOf(WebhookError)
    expect(error).toMatchObject({ code: 'webhook-failed', message: `The webhook did not accept the message: ${problem}` })
  })

  it("stops at the rule's deadline", async () => {
    const controller = new AbortController()
    const webhook = await start(() => controller.abort(new DeadlineExceededError()))
    expect(await catchError(webhook.send('a', controller.signal))).toBeInstanceOf(DeadlineExceededError)
  })

  it('puts neither the URL nor the text into an error', async () => {
    const behaviours: readonly Behaviour[] = [answer(500), () => undefined, ({ request }) => request.socket.destroy()]
    for (const behave of behaviours) {
      const webhook = await start(behave, 100)
      const { port } = new URL(service?.endpoint ?? '')
      const printed = inspect(await catchError(webhook.send('mary@example.com', signal)), { depth: 9 })
      await service?.stop()
      for (const secret of [SECRET, 'mary', `:${port}`]) expect(printed).not.toContain(secret)
    }
    service = undefined
  })

  it('needs no permission', () => {
    expect(slackWebhook({ url: 'https://hooks.slack.com/services/a' }).permissions).toEqual([])
  })

  it.each<readonly [unknown, string]>([
    [undefined, 'the options are undefined'],
    [{}, 'url is undefined; expected an https: URL'],
    [{ url: SECRET }, 'url is not a URL; expected an https: URL'],
    [{ url: `http://hooks.slack.com/${SECRET}` }, 'url is not https:'],
    [{ url: `https://user:${SECRET}@hooks.slack.com/` }, 'url has a user name'],
    [{ url: 'https://a.example', timeoutMs: 50 }, 'timeoutMs is 50; expected an integer from 100 to 4000'],
    [{ url: 'https://a.example', timeoutMs: '2000' }, 'timeoutMs is a string; expected an integer from 100 to 4000'],
    [{ url: 'https://a.example', timeoutMs: 1000.5 }, 'timeoutMs is 1000.5; expected an integer from 100 to 4000'],
    [{ url: 'https://a.example', timeout: 50 }, "unknown option 'timeout'"],
  ])('throws for the invalid options %j, without the URL', (options, message) => {
    const make = (): unknown => Reflect.apply(slackWebhook, undefined, [options])
    expect(make).toThrow(message)
    expect(make).not.toThrow(SECRET)
  })
})
