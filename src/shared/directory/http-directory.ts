import { readLimitedText, tryParseJson } from '../response-body.ts'
import { assertMilliseconds, assertOptions, describeValue } from '../rules/arguments.ts'
import { LifeguardError } from '../rules/errors.ts'
import { isObject } from '../rules/invocation.ts'
import type { Directory, DirectoryUser } from './directory.ts'

/** The options of {@link httpDirectory}. */
export interface HttpDirectoryOptions {
  /** The URL of your service. It must be `https:`, except on this computer. */
  readonly url: string
  /** Headers of each request, such as `{ authorization: 'Bearer ...' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The time limit of a request in milliseconds, from 100 to 4000. The default is 3000. */
  readonly timeoutMs?: number
}

/** Thrown if the service answers with something else than a result. Contains no part of the answer, because it may be personal. */
export class DirectoryAnswerError extends LifeguardError {
  override readonly name = 'DirectoryAnswerError'
  override readonly code = 'directory-answer'
  constructor(problem: string) {
    super(`The legacy directory's answer is invalid: ${problem}`)
  }
}

/** The maximum size of an answer. The attributes of a user in a user pool are smaller. */
const MOST_BYTES = 256 * 1024
const DEFAULT_TIMEOUT_MS = 3000

/**
 * Makes a directory that asks an HTTP service. It sends `POST` with a JSON object: `{ "action": "check-password", "userName": "...", "password":
 * "..." }` or `{ "action": "find-user", "userName": "..." }`. The service answers with status 200 and a JSON object:
 *
 * - `{ "result": "found", "attributes": { "email": "..." } }`, with `"mustReset": true` if the user must choose a new password
 * - `{ "result": "unknown-user" }`
 * - `{ "result": "wrong-password" }`, only to `check-password`
 *
 * Any other answer is an error, and so is a redirect, which could send the password to another host. The service must take the same time for an
 * unknown user as for a wrong password.
 *
 * @throws TypeError if the URL or an option is invalid. RangeError if `timeoutMs` is.
 * @example
 * httpDirectory({ url: 'https://legacy.example.com/users', headers: { authorization: `Bearer ${token}` } })
 */
export function httpDirectory(options: HttpDirectoryOptions): Directory {
  assertOptions('httpDirectory()', options, ['url', 'headers', 'timeoutMs'])
  const { headers = {}, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const url = parseUrl(options.url)
  assertMilliseconds('httpDirectory(): timeoutMs', timeoutMs, 100, 4000)

  const ask = async (question: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(question),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new DirectoryAnswerError(`the status is ${response.status}; expected 200`)
    }
    const text = await readLimitedText(response, MOST_BYTES)
    if (text === undefined) throw new DirectoryAnswerError(`it has more than ${MOST_BYTES} bytes`)
    return parseAnswer(text)
  }

  return {
    permissions: [],
    async checkPassword({ userName, password }, signal) {
      const answer = await ask({ action: 'check-password', userName, password }, signal)
      if (answer.result === 'unknown-user' || answer.result === 'wrong-password') return answer.result
      return toUser(answer)
    },
    async findUser(userName, signal) {
      const answer = await ask({ action: 'find-user', userName }, signal)
      return answer.result === 'unknown-user' ? undefined : toUser(answer)
    },
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

function parseUrl(text: string): URL {
  const expected = 'expected an https: URL without a user name, such as https://legacy.example.com/users'
  const url = typeof text === 'string' ? URL.parse(text) : null
  // Does not show the URL, which may hold a password.
  if (url === null) throw new TypeError(`httpDirectory(): url is ${describeValue(text)} that is not a URL; ${expected}`)
  if (url.username !== '' || url.password !== '') throw new TypeError(`httpDirectory(): url has a user name; ${expected}. Use headers`)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.includes(url.hostname)))
    throw new TypeError(`httpDirectory(): url is not https:, and would send passwords unencrypted; ${expected}`)
  return url
}

function parseAnswer(text: string): Readonly<Record<string, unknown>> {
  const answer = tryParseJson(text)
  if (!isObject(answer)) throw new DirectoryAnswerError('it is not a JSON object')
  return answer
}

function toUser({ result, attributes, mustReset = false }: Readonly<Record<string, unknown>>): DirectoryUser {
  if (result !== 'found') throw new DirectoryAnswerError("its result is not one of 'found', 'unknown-user', 'wrong-password'")
  if (!isObject(attributes)) throw new DirectoryAnswerError('its attributes are not an object')
  if (typeof mustReset !== 'boolean') throw new DirectoryAnswerError('its mustReset is not a boolean')
  return { attributes, mustReset }
}
