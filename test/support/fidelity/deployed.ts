import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { defaultSettings } from '../../../src/tools/lib/environment.ts'
import { listenOnLoopback } from '../../../src/tools/local/loopback.ts'
import { type Embedded, startEmbedded } from '../../../src/tools/replay/embedded.ts'
import { type Built, buildElsewhere, repository } from '../built.ts'
import { type Sandbox, type SandboxOptions, startSandbox, type Written } from './sandbox.ts'

/** The built bundles and the embedded services. */
export interface Deployed {
  /** Starts the bundle of a folder. It is stopped after the test. */
  readonly start: (
    folder: string,
    environment?: Readonly<Record<string, string>>,
    options?: Pick<SandboxOptions, 'telemetry' | 'node' | 'exported'>,
  ) => Promise<Sandbox>
  readonly embedded: () => Embedded
}

/** Builds the bundles and starts the embedded services for a suite. */
export function deployed(client: string): Deployed {
  let built: Built | undefined
  let embedded: Embedded | undefined
  beforeAll(async () => {
    built = await buildElsewhere()
    embedded = await startEmbedded({}, [join(repository, 'events')])
  })
  afterAll(async () => {
    await embedded?.stop()
    await built?.remove()
  })
  const running = (): Embedded => {
    if (embedded === undefined) throw new Error('The services are not running yet')
    return embedded
  }
  return {
    embedded: running,
    async start(folder, environment = {}, options = {}) {
      const file = join(`${built?.folder}`, 'dist', folder, 'handler.js')
      await running().startFor(file)
      const all = { ...defaultSettings(), ...running().environment, ...environment }
      const sandbox = await startSandbox({ client, file, environment: all, ...options })
      onTestFinished(async () => void (await sandbox.stop()))
      return sandbox
    },
  }
}

/** Reads a sample event by its path under `events`, without `.json`. */
export async function sample(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(repository, 'events', `${path}.json`), 'utf8'))
}

/** The environment variables of a function whose services refuse connections. */
export const down: Readonly<Record<string, string>> = {
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_SES: 'http://127.0.0.1:9',
}

/** Starts a service that accepts requests and never answers. Returns the environment to use it. */
export async function silent(): Promise<Readonly<Record<string, string>>> {
  const { endpoint, stop } = await listenOnLoopback(createServer(() => undefined))
  onTestFinished(stop)
  return { AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_ENDPOINT_URL_SES: endpoint }
}

/** Parses the handler's log lines, without the metrics lines of single rules. */
export function parseLogLines({ stdout }: Written): readonly Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => Object(JSON.parse(line))).filter(({ message }) => message !== undefined)
}
