import { assertMilliseconds, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { LifeguardError, NotDoneError } from '../shared/rules/errors.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { Webhook } from './notify.ts'

/** Options of {@link slackWebhook}. */
export interface SlackWebhookOptions {
  /** The URL of the incoming webhook. The URL alone permits a post, so keep it in a secret. It must be `https:`, except on this computer. */
  readonly url: string
  /** The time limit of a request in milliseconds, from 100 to 4000. The default is 2000. */
  readonly timeoutMs?: number
}

/** Thrown if a webhook did not accept a message. It contains neither the URL nor the message. */
export class WebhookError extends LifeguardError {
  override readonly name = 'WebhookError'
  override readonly code = 'webhook-failed'
  constructor(problem: string) {
    super(`The webhook did not accept the message: ${problem}`)
  }
}

const OWNER = 'slackWebhook()'
const DEFAULT_TIMEOUT_MS = 2000
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
/** The maximum length of a text that Slack shows without a cut, in characters. */
const LONGEST_TEXT = 4000
/** Error codes of a failed connection, after which nothing was sent. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
])

/**
 * Makes a webhook that posts to a channel of Slack. It escapes the text, so that a user's name can neither mention people nor hide a link,
 * and Slack fetches no page that the text names. It makes one attempt, and follows no redirect.
 *
 * `send` throws `NotDoneError` if Slack refused the message, or could not be reached. After a status of 5xx or a timeout, Slack may have
 * posted the message.
 *
 * @throws TypeError if the URL or an option is invalid, RangeError if `timeoutMs` is. The message never contains the URL.
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @example
 * notify(slackWebhook({ url: settings.SLACK_URL }), { message: ({ user }) => `New user ${user.sub}`, reads: [] })
 */
export function slackWebhook(options: SlackWebhookOptions): Webhook {
  assertOptions(OWNER, options, ['url', 'timeoutMs'])
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const url = parseUrl(options.url)
  assertMilliseconds(`${OWNER}: timeoutMs`, timeoutMs, 100, 4000)
  return {
    permissions: [],
    async send(text, signal) {
      const body = JSON.stringify({ text: escapeSlackText(text), unfurl_links: false, unfurl_media: false })
      const status = await post(url, body, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])).catch((error: unknown) => {
        signal.throwIfAborted()
        throw hideUrl(error)
      })
      if (status >= 200 && status <= 299) return
      const refused = new WebhookError(`the status is ${status}`)
      // A server or a proxy may fail after the message was posted.
      throw status >= 500 ? refused : new NotDoneError(refused)
    },
  }
}

async function post(url: URL, body: string, signal: AbortSignal): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
  await response.body?.cancel()
  return response.status
}

/** Returns an error without the host, which an error of `fetch` contains. */
function hideUrl(error: unknown): Error {
  if (error instanceof Error && error.name === 'TimeoutError') return new WebhookError('it did not answer in time')
  const failed = new WebhookError('the connection failed')
  return isObject(error) && neverConnected(error.cause) ? new NotDoneError(failed) : failed
}

function neverConnected(cause: unknown): boolean {
  // Node throws an AggregateError with one error for each IP address of the host.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverConnected)
  return isObject(cause) && NOT_CONNECTED.has(cause.code)
}

/**
 * Escapes Slack's three control characters, removes other control characters than line breaks, and truncates the text.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escapeSlackText(text: string): string {
  // Truncates first, because that may leave a lone surrogate, which is removed next.
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text
  const plain = cut.replace(/[^\P{C}\n]|[\u2028\u2029]/gu, '')
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function parseUrl(text: unknown): URL {
  const expected = 'expected an https: URL without a user name, such as https://hooks.slack.com/services/...'
  const url = typeof text === 'string' ? URL.parse(text) : null
  if (url === null) throw new TypeError(`${OWNER}: url is ${typeof text === 'string' ? 'not a URL' : describeValue(text)}; ${expected}`)
  if (url.username !== '' || url.password !== '') throw new TypeError(`${OWNER}: url has a user name; ${expected}`)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.includes(url.hostname)))
    throw new TypeError(`${OWNER}: url is not https:; ${expected}`)
  return url
}
