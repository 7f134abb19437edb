import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { httpDirectory } from '../../../src/shared/directory/http-directory.ts'
import { type LocalService, listenOnLoopback } from '../../../src/tools/local/loopback.ts'

const { signal } = new AbortController()
const credentials = { userName: 'mary', password: 'Legacy-horse-7' }

let service: LocalService
let requests: { readonly method: string | undefined; readonly headers: IncomingMessage['headers']; readonly body: unknown }[] = []
let answer: (response: ServerResponse) => unknown

beforeAll(async () => {
  service = await listenOnLoopback(
    createServer(async (request, response) => {
      requests.push({ method: request.method, headers: request.headers, body: await json(request) })
      answer(response)
    }),
  )
})
afterAll(() => service.stop())
beforeEach(() => {
  requests = []
})

const reply = (body: unknown): void => {
  answer = (response) => response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

describe('httpDirectory', () => {
  it('sends the name and the password, and returns the user', async () => {
    reply({ result: 'found', attributes: { email: 'mary@example.com' } })
    const directory = httpDirectory({ url: service.endpoint, headers: { authorization: 'Bearer t' } })
    expect(await directory.checkPassword(credentials, signal)).toEqual({ attributes: { email: 'mary@example.com' }, mustReset: false })
    expect(requests).toMatchObject([
      {
        method: 'POST',
        headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
        body: { action: 'check-password', userName: 'mary', password: 'Legacy-horse-7' },
      },
    ])
  })

  it('sends no password to find a user', async () => {
    reply({ result: 'found', attributes: {}, mustReset: true })
    expect(await httpDirectory({ url: service.endpoint }).findUser('mary', signal)).toEqual({ attributes: {}, mustReset: true })
    expect(requests.map(({ body }) => body)).toEqual([{ action: 'find-user', userName: 'mary' }])
  })

  it('returns unknown users and wrong passwords', async () => {
    const directory = httpDirectory({ url: service.endpoint })
    reply({ result: 'unknown-user' })
    expect(await directory.checkPassword(credentials, signal)).toBe('unknown-user')
    expect(await directory.findUser('mary', signal)).toBeUndefined()
    reply({ result: 'wrong-password' })
    expect(await directory.checkPassword(credentials, signal)).toBe('wrong-password')
  })

  it.each<[string, unknown, string]>([
    ['another text than JSON', 'Legacy-horse-7', 'it is not a JSON object'],
    ['a list', [], 'it is not a JSON object'],
    ['no result', { attributes: {} }, 'its result is not one of'],
    ['an unknown result', { result: 'ok', attributes: {} }, 'its result is not one of'],
    ['no attributes', { result: 'found' }, 'its attributes are not an object'],
    ['a wrong mustReset', { result: 'found', attributes: {}, mustReset: 'yes' }, 'its mustReset is not a boolean'],
    ['too many bytes', 'x'.repeat(300_000), 'it has more than 262144 bytes'],
  ])('throws for an answer with %s, without a part of it', async (_, body, problem) => {
    reply(body)
    const error: unknown = await httpDirectory({ url: service.endpoint })
      .checkPassword(credentials, signal)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'directory-answer', message: expect.stringContaining(problem) })
    expect(error).not.toHaveProperty('cause')
    expect(String(error)).not.toContain('Legacy')
  })

  it('throws for a wrong result of a look-up', async () => {
    reply({ result: 'wrong-password' })
    await expect(httpDirectory({ url: service.endpoint }).findUser('mary', signal)).rejects.toThrow('its result is not one of')
  })

  it('throws for another status than 200', async () => {
    answer = (response) => response.writeHead(404).end('{}')
    await expect(httpDirectory({ url: service.endpoint }).findUser('mary', signal)).rejects.toThrow('the status is 404; expected 200')
  })

  it.each([302, 307])('follows no redirect with status %i, so that the password goes to no other host', async (status) => {
    answer = (response) => response.writeHead(status, { location: `${service.endpoint}/other` }).end()
    await expect(httpDirectory({ url: service.endpoint }).checkPassword(credentials, signal)).rejects.toThrow('fetch failed')
    expect(requests).toHaveLength(1)
  })

  it('ends a request at its own time limit, or when the signal aborts', async () => {
    answer = () => undefined
    const directory = httpDirectory({ url: service.endpoint, timeoutMs: 100 })
    await expect(directory.findUser('mary', signal)).rejects.toHaveProperty('name', 'TimeoutError')
    await expect(directory.findUser('mary', AbortSignal.abort())).rejects.toHaveProperty('name', 'AbortError')
  })

  it.each([
    [{ url: 'legacy' }, 'url is a string that is not a URL; expected an https: URL'],
    [{ url: undefined }, 'url is undefined that is not a URL'],
    [{ url: 'http://legacy.example.com' }, 'url is not https:, and would send passwords unencrypted'],
    [{ url: 'ftp://127.0.0.1' }, 'url is not https:'],
    [{ url: 'https://user:secret@legacy.example.com' }, 'url has a user name'],
    [{ url: 'https://legacy.example.com', timeoutMs: 5000 }, 'timeoutMs is 5000; expected an integer from 100 to 4000'],
    [{ url: 'https://legacy.example.com', timeoutMs: '2000' }, 'timeoutMs is a string; expected an integer from 100 to 4000'],
    [{ url: 'https://legacy.example.com', timeoutMs: 1000.5 }, 'timeoutMs is 1000.5; expected an integer from 100 to 4000'],
    [{ url: 'https://legacy.example.com', timeout: 1 }, "unknown option 'timeout'"],
  ])('throws when composed with %o, without the URL', (options, message) => {
    const compose = (): unknown => Reflect.apply(httpDirectory, undefined, [options])
    expect(compose).toThrow(message)
    expect(compose).not.toThrow('secret')
  })

  it('needs no permissions', () => {
    expect(httpDirectory({ url: 'https://legacy.example.com' }).permissions).toEqual([])
  })
})
