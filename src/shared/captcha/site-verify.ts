import { createHash } from 'node:crypto'
import { readLimitedText, tryParseJson } from '../response-body.ts'
import { assertMilliseconds, assertOptions, describeValue } from '../rules/arguments.ts'
import { LifeguardError } from '../rules/errors.ts'
import { isObject } from '../rules/invocation.ts'
import type { VerifyToken } from './verify-token.ts'

/** The address of each service. All have the same request and answer. */
const PROVIDERS = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
  recaptcha: 'https://www.google.com/recaptcha/api/siteverify',
} as const

/** The options of {@link siteVerify}. */
export interface SiteVerifyOptions {
  /** The secret key of your site. */
  readonly secret: string
  /** The service. Needed without `url`. */
  readonly provider?: keyof typeof PROVIDERS
  /** The address of a service with the same request and answer, such as a proxy. It must be `https:`, except on this computer. */
  readonly url?: string
  /** The host names of the pages on which the CAPTCHA may be solved. By default, each that the service permits. */
  readonly hostnames?: readonly string[]
  /** The action that the page names. Turnstile and reCAPTCHA v3 return it. By default, each. */
  readonly action?: string
  /** The lowest score, from 0 to 1. Only reCAPTCHA v3 returns a score. By default, each. */
  readonly minScore?: number
  /** The time limit of the request in milliseconds, from 100 to 4000. The default is 2500. */
  readonly timeoutMs?: number
}

/** Thrown if the service answers with something else than a result, or rejects the secret. Contains no part of the answer and no token. */
export class CaptchaAnswerError extends LifeguardError {
  override readonly name = 'CaptchaAnswerError'
  override readonly code = 'captcha-answer'
  constructor(problem: string) {
    super(`The answer of the CAPTCHA service is invalid: ${problem}`)
  }
}

const OWNER = 'siteVerify()'
const OPTIONS = ['secret', 'provider', 'url', 'hostnames', 'action', 'minScore', 'timeoutMs']
// The services return the host name alone. With another form, every user would be denied.
const HOST = /^[\w.-]+$/
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const MOST_BYTES = 64 * 1024
/** The longest token. Those of the three services are shorter. */
const LONGEST_TOKEN = 8192
// Errors of the configuration. Each user would be denied, so they must not look like denials in the log.
const SECRET_ERRORS: readonly unknown[] = ['missing-input-secret', 'invalid-input-secret', 'sitekey-secret-mismatch']

/**
 * Makes a function that asks a CAPTCHA service if a token is valid. It rejects if the service does not answer in time, or with something
 * else than a result.
 *
 * @throws TypeError or RangeError if an option is invalid.
 * @see https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 * @example
 * verifyCaptcha(siteVerify({ provider: 'turnstile', secret, hostnames: ['app.example.com'] }))
 */
export function siteVerify(options: SiteVerifyOptions): VerifyToken {
  const { secret, provider, timeoutMs = 2500 } = options ?? {}
  assertOptions(OWNER, options, OPTIONS)
  if (typeof secret !== 'string' || secret === '')
    throw new TypeError(`${OWNER}: secret is ${secret === '' ? 'empty' : describeValue(secret)}; expected the secret key of your site`)
  const url = findUrl(options)
  assertChecks(options)
  assertMilliseconds(`${OWNER}: timeoutMs`, timeoutMs, 100, 4000)

  return async (token, signal, use) => {
    if (token === '' || token.length > LONGEST_TOKEN) return false
    const body = new URLSearchParams({ secret, response: token })
    // Turnstile accepts a token only once. With this key, it accepts the token again for the same use, such as a repeated event.
    if (provider === 'turnstile' && use !== undefined) body.set('idempotency_key', toUuid(use, token))
    const timeout = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { method: 'POST', body, redirect: 'error', signal: AbortSignal.any([signal, timeout]) })
    const answer = await readAnswer(response)
    if (answer.success === true) return matches(answer, options)
    if (answer.success !== false) throw new CaptchaAnswerError('its success is not a boolean')
    const { 'error-codes': errors } = answer
    if (Array.isArray(errors) && errors.some((error) => SECRET_ERRORS.includes(error)))
      throw new CaptchaAnswerError('the service does not know the secret, or it is of another site')
    return false
  }
}

function findUrl({ provider, url }: SiteVerifyOptions): URL {
  if ((provider === undefined) === (url === undefined)) throw new TypeError(`${OWNER}: expected either provider or url`)
  if (provider !== undefined) {
    if (Object.hasOwn(PROVIDERS, provider)) return new URL(PROVIDERS[provider])
    throw new TypeError(`${OWNER}: provider is '${provider}'; expected one of ${Object.keys(PROVIDERS).join(', ')}`)
  }
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  const isLocal = parsed?.protocol === 'http:' && LOOPBACK.includes(parsed.hostname)
  if (parsed === null || !(parsed.protocol === 'https:' || isLocal))
    throw new TypeError(`${OWNER}: url is not an https: URL, and would send the secret unencrypted`)
  // `fetch` rejects such a URL, with the whole URL in its error.
  if (parsed.username !== '' || parsed.password !== '')
    throw new TypeError(`${OWNER}: url has a user name; expected an https: URL without one`)
  return parsed
}

function assertChecks({ provider, hostnames, action, minScore }: SiteVerifyOptions): void {
  if (hostnames !== undefined && !(Array.isArray(hostnames) && hostnames.length > 0 && hostnames.every((each) => typeof each === 'string')))
    throw new TypeError(`${OWNER}: hostnames is ${describeValue(hostnames)}; expected a list such as ['app.example.com']`)
  const wrong = hostnames?.find((each) => !HOST.test(each))
  if (wrong !== undefined)
    throw new TypeError(
      `${OWNER}: hostnames has '${wrong}'; expected a host name in ASCII, without https:// and port, such as 'app.example.com'`,
    )
  if (action !== undefined && (typeof action !== 'string' || provider === 'hcaptcha'))
    throw new TypeError(`${OWNER}: action is ${describeValue(action)}; expected a text, and hCaptcha returns none`)
  if (minScore === undefined) return
  if (provider === 'hcaptcha' || provider === 'turnstile') throw new TypeError(`${OWNER}: minScore: only reCAPTCHA v3 returns a score`)
  if (!(minScore >= 0 && minScore <= 1)) throw new RangeError(`${OWNER}: minScore is ${minScore}; expected a number from 0 to 1`)
}

async function readAnswer(response: Response): Promise<Readonly<Record<string, unknown>>> {
  // The services answer with 200, and some with 400 to an invalid token.
  if (response.status !== 200 && response.status !== 400) {
    await response.body?.cancel()
    throw new CaptchaAnswerError(`the status is ${response.status}; expected 200`)
  }
  const text = await readLimitedText(response, MOST_BYTES)
  if (text === undefined) throw new CaptchaAnswerError(`it has more than ${MOST_BYTES} bytes`)
  const answer = tryParseJson(text)
  if (!isObject(answer)) throw new CaptchaAnswerError('it is not a JSON object')
  return answer
}

/** Returns true if a valid token is of the expected page, action and score. A missing field does not match. */
function matches(answer: Readonly<Record<string, unknown>>, { hostnames, action, minScore }: SiteVerifyOptions): boolean {
  const { hostname, score } = answer
  const isHost =
    hostnames === undefined || hostnames.some((each) => typeof hostname === 'string' && each.toLowerCase() === hostname.toLowerCase())
  const isAction = action === undefined || answer.action === action
  const isScore = minScore === undefined || (typeof score === 'number' && score >= minScore)
  return isHost && isAction && isScore
}

function toUuid(use: string, token: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([use, token]))
    .digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
