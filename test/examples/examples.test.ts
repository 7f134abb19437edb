import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { readAuthError } from '../../src/client/index.ts'
import { repository } from '../support/built.ts'
import { lifeguard } from '../support/cli/lifeguard.ts'

const folder = join(repository, 'examples')
const examples = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

interface Result {
  readonly file: string
  readonly outcome: string
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly expected: boolean | null
  readonly failedRules: readonly string[]
  readonly error: { readonly name: string; readonly message: string } | null
}

/** Runs the command line of a README with the sources. Returns one result for each event. */
async function replay(line: string, ...more: readonly string[]): Promise<readonly Result[]> {
  const words = line.trim().split(' ')
  const args = [...words.slice(words.indexOf('lifeguard') + 1), ...more]
  const { code, stdout, stderr } = await lifeguard([...args, '--json'], { cwd: repository })
  // Exit code 1 means that a result differs from its expectation, which the tests assert themselves.
  if (code !== 0 && code !== 1) throw new Error(stderr)
  return stdout.split('\n').flatMap((each) => (each === '' ? [] : [JSON.parse(each)]))
}

const replayed = new Map<string, Promise<readonly Result[]>>()

/** Runs the command of an example's README once for all tests. */
function replayExample(example: string): Promise<readonly Result[]> {
  const running = replayed.get(example) ?? replay(readCommand(example))
  replayed.set(example, running)
  return running
}

function readCommand(example: string): string {
  const [command = ''] = /^\$ npx lifeguard replay .*$/m.exec(readFileSync(join(folder, example, 'README.md'), 'utf8')) ?? []
  return command
}

describe('the examples', () => {
  it.each(examples)('the guide to composing and the list of examples link %s', async (example) => {
    for (const page of ['docs/guides/compose.md', 'examples/README.md'])
      expect(await readFile(join(repository, page), 'utf8'), page).toContain(`${example}/README.md)`)
  })

  it.each(examples)('the README command of %s replays all events, and every decision matches its expectation', async (example) => {
    const results = await replayExample(example)
    const cases = readdirSync(join(folder, example, 'events')).filter((file) => file.endsWith('.json') && !file.endsWith('.expect.json'))
    expect(results).toHaveLength(cases.length)
    expect(results.filter(({ expected }) => expected !== true)).toEqual([])
  })

  it.each([
    ['company', ['email-not-allowed', 'sign-in-not-possible', 'sign-up-not-possible']],
    [
      'consumer-app',
      ['captcha-not-solved', 'email-not-allowed', 'email-with-tag', 'on-waiting-list', 'sign-in-not-possible', 'too-many-sign-ups'],
    ],
    ['invited-customers', ['consent-missing', 'email-not-allowed', 'email-with-tag', 'invite-not-valid', 'support-closed']],
  ])('an app can read the code of each refusal of %s', async (example, codes) => {
    const denied = (await replayExample(example)).filter(({ outcome }) => outcome === 'denied')

    const read = denied.map(({ error }) => readAuthError(error))
    expect(read.filter(({ kind }) => kind !== 'refused')).toEqual([])
    expect([...new Set(read.map(({ code }) => code))].toSorted()).toEqual(codes)
  })

  it('the example company-and-guests rejects every sign-up if INVITE_KEY is too short', async () => {
    const results = await replay(readCommand('company-and-guests').replace(/INVITE_KEY=\S+/, 'INVITE_KEY=short'))
    expect(new Set(results.map(({ outcome, reason }) => `${outcome}: ${reason}`))).toEqual(new Set(['failed: the handler does not start']))
  })
})

describe('the consumer app example', () => {
  const command = readCommand('consumer-app').replace(/events$/, 'events/1-sign-up.json')

  async function signUp(service: RequestListener): Promise<Result | undefined> {
    const server = createServer(service)
    const url = await listening(server)
    try {
      return (await replay(command, '--env', 'CAPTCHA_SECRET=secret', '--env', `CAPTCHA_URL=${url}`))[0]
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('admits a user if the service at CAPTCHA_URL accepts the token', async () => {
    const bodies: string[] = []
    const result = await signUp(async (request, response) => {
      bodies.push(await text(request))
      response.end('{"success":true}')
    })

    expect(result?.outcome).toBe('proceed')
    expect(bodies).toEqual(['secret=secret&response=a-solved-captcha'])
  })

  it('denies a user if the service refuses the token, also that of CAPTCHA_TEST_TOKEN', async () => {
    const result = await signUp((_, response) => void response.end('{"success":false}'))

    expect(result).toMatchObject({ outcome: 'denied', decidedBy: 'verify-captcha', reason: 'captcha-refused' })
  })

  it.each<[string, RequestListener]>([
    ['returns status 500', (_, response) => void response.writeHead(500).end()],
    ['does not answer', () => undefined],
  ])('refuses the user if the service %s', async (_, service) => {
    const result = await signUp(service)

    expect(result).toMatchObject({ outcome: 'failed', failedRules: ['verify-captcha'] })
  })

  it.each(['CAPTCHA_TEST_TOKEN=', 'SIGN_UPS_PER_HOUR=many'])('refuses every sign-up with the setting %s', async (setting) => {
    const [result] = await replay(command, '--env', setting)

    expect(result).toMatchObject({ outcome: 'failed', reason: 'the handler does not start' })
  })
})

describe('the example invited-customers', () => {
  const command = readCommand('invited-customers')
  const replayOne = async (file: string, ...more: readonly string[]): Promise<Result | undefined> =>
    (await replay(command.replace(/events$/, `events/${file}.json`), ...more))[0]

  it('shows the whole program of pre sign-up first', async () => {
    const [program, page] = await Promise.all(
      ['pre-signup.ts', 'README.md'].map((file) => readFile(join(folder, 'invited-customers', file), 'utf8')),
    )
    expect(/^```ts\n(.*?)^```$/ms.exec(page ?? '')?.[1]).toBe(program)
  })

  it('lets the support team sign in during its hours', async () => {
    const result = await replayOne('5-sign-in-support-at-night', '--env', 'TEST_TIME=2026-05-04T08:30:00Z')

    expect(result).toMatchObject({ outcome: 'proceed', expected: false })
  })

  it('denies and confirms users while all services are down', async () => {
    const down = ['--services', 'none']

    expect(await replayOne('1-sign-up-free-address', ...down)).toMatchObject({ outcome: 'denied', reason: 'free-email', failedRules: [] })
    const confirmed = await replayOne('4-confirmed', ...down)
    expect(confirmed).toMatchObject({ outcome: 'proceed' })
    expect(confirmed?.failedRules).toEqual(expect.arrayContaining(['once']))
  })

  it.each([
    ['1-sign-up-free-address', 'EVENT_BUS_ARN='],
    ['5-sign-in', 'SUPPORT_CLIENT_ID='],
  ])('refuses the user of %s with the setting %s', async (file, setting) => {
    expect(await replayOne(file, '--env', setting)).toMatchObject({ outcome: 'failed', reason: 'the handler does not start' })
  })
})

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
}
