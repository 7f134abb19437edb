import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
  readonly trace: readonly { readonly rule: string; readonly outcome: string; readonly reason?: string }[]
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
    const results = await replay(readCommand(example))
    const cases = readdirSync(join(folder, example, 'events')).filter((file) => !file.endsWith('.expect.json'))
    expect(results).toHaveLength(cases.length)
    expect(results.filter(({ expected }) => expected !== true)).toEqual([])
  })

  it('the example company-and-guests rejects every sign-up if INVITE_KEY is too short', async () => {
    const results = await replay(readCommand('company-and-guests').replace(/INVITE_KEY=\S+/, 'INVITE_KEY=short'))
    expect(new Set(results.map(({ outcome, reason }) => `${outcome}: ${reason}`))).toEqual(new Set(['failed: the handler does not start']))
  })
})

describe('the consumer app example', () => {
  let events: string

  beforeAll(async () => {
    events = await mkdtemp(join(tmpdir(), 'lifeguard-example-'))
    const event = JSON.parse(await readFile(join(folder, 'consumer-app/events/1-sign-up.json'), 'utf8'))
    event.request.userAttributes.email = 'eve@disposable.example'
    await writeFile(join(events, 'disposable.json'), JSON.stringify(event))
  })
  afterAll(() => rm(events, { recursive: true, force: true }))

  async function signUp(service: RequestListener): Promise<Result | undefined> {
    const server = createServer(service)
    const url = await listening(server)
    try {
      const command = `npx lifeguard replay --handler preSignUp=examples/consumer-app/pre-signup.ts ${events}`
      return (await replay(command, '--env', `DISPOSABLE_EMAIL_URL=${url}`))[0]
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('denies an address if the service at DISPOSABLE_EMAIL_URL reports that its domain is disposable', async () => {
    const result = await signUp(({ url = '' }, response) => {
      response.end(JSON.stringify({ disposable: url.endsWith('?domain=disposable.example') }))
    })
    expect(result).toMatchObject({ outcome: 'denied', decidedBy: 'deny-disposable-email' })
  })

  it.each<[string, RequestListener]>([
    ['returns status 500', (_, response) => void response.writeHead(500).end()],
    ['does not answer', () => undefined],
  ])('lets the user sign up if the service at DISPOSABLE_EMAIL_URL %s', async (_, service) => {
    const result = await signUp(service)
    expect(result?.outcome).toBe('proceed')
    expect(result?.trace.map(({ rule, outcome }) => `${rule}: ${outcome}`)).toContain('deny-disposable-email: error')
    expect(result?.trace.map(({ reason }) => reason)).toContain('failed-open')
  })
})

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
}
