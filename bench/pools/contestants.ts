import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const CONTESTANTS = ['Lifeguard', 'cognito-local'] as const
export type Contestant = (typeof CONTESTANTS)[number]

/** A local user pool in a process of its own. */
export interface RunningPool {
  readonly name: Contestant
  readonly endpoint: string
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: number
  /** Returns the resident memory in MB of 1,000,000 bytes. */
  readonly residentMb: () => number
  /** Returns what the process printed. */
  readonly output: () => string
  readonly stop: () => Promise<void>
}

export interface StartOptions {
  /** The compiled program that starts Lifeguard's pool, from {@link buildLauncher}. */
  readonly launcher: string
  /** The CPU that the process is pinned to. */
  readonly cpu?: number | undefined
  /** The URL of an endpoint that invokes functions, and the triggers that have one. */
  readonly functions?: {
    readonly url: string
    readonly triggers: readonly string[]
    /** The endpoint of AWS KMS, and its key. */
    readonly kms: { readonly url: string; readonly key: string }
  }
}

/** The code of every message of cognito-local. */
export const FIXED_CODE = '123456'
const LIBRARY = new URL('../../lib', import.meta.url).href
const COGNITO_LOCAL = fileURLToPath(new URL('../node_modules/cognito-local/lib/bin/start.js', import.meta.url))
const FAKE = { accessKeyId: 'local', secretAccessKey: 'local' }
const START_LIMIT_MS = 60_000
const POLL_MS = 2
const ADMIN = {
  'content-type': 'application/x-amz-json-1.1',
  authorization: 'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/cognito-idp/aws4_request',
}

/** Starts a pool. Waits for its first answer. @throws Error with the output of a process that ends or does not answer in time. */
export async function startContestant(name: Contestant, { launcher, cpu, functions }: StartOptions): Promise<RunningPool> {
  const port = await findFreePort()
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-pools-'))
  await writeSettings(folder, port, functions)
  const own = [launcher, LIBRARY, String(port), ...(functions === undefined ? [] : [functions.url])]
  const node = [process.execPath, ...(name === 'Lifeguard' ? own : [COGNITO_LOCAL])]
  const [command = '', ...args] = cpu === undefined ? node : ['taskset', '-c', String(cpu), ...node]
  const startedAt = performance.now()
  const settings = { PORT: String(port), CODE: FIXED_CODE, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
  const child = spawn(command, args, { cwd: folder, env: { PATH: process.env.PATH, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void output.push(String(chunk)))
  const endpoint = `http://127.0.0.1:${port}`
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || performance.now() - startedAt > START_LIMIT_MS) {
      child.kill('SIGKILL')
      throw new Error(`${name} does not answer:\n${output.join('')}`)
    }
    await sleep(POLL_MS)
  }
  return {
    name,
    endpoint,
    startMs: performance.now() - startedAt,
    residentMb: () => (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) * 1024) / 1e6,
    output: () => output.join(''),
    async stop() {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Compiles the package and the program that starts its pool, because Node.js needs memory to run TypeScript. Returns the program. */
export async function buildLauncher(folder: string): Promise<string> {
  const npm = spawn('npm', ['run', '--silent', 'build:lib'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 2, 2],
  })
  const [code] = await once(npm, 'exit')
  if (code !== 0) throw new Error(`npm run build:lib ended with ${code}`)
  const outfile = join(folder, 'start-lifeguard.mjs')
  await build({ entryPoints: [fileURLToPath(new URL('start-lifeguard.ts', import.meta.url))], outfile, format: 'esm', logLevel: 'silent' })
  return outfile
}

async function writeSettings(folder: string, port: number, functions: StartOptions['functions']): Promise<void> {
  await mkdir(join(folder, '.cognito'))
  const settings = {
    TokenConfig: { IssuerDomain: `http://127.0.0.1:${port}` },
    UserPoolDefaults: { UsernameAttributes: [] },
    ...(functions !== undefined && {
      LambdaClient: { endpoint: functions.url, region: 'us-east-1', credentials: FAKE },
      KMSConfig: {
        endpoint: functions.kms.url,
        region: 'us-east-1',
        KMSKeyId: functions.kms.key,
        KMSKeyAlias: functions.kms.key,
        credentials: FAKE,
      },
      TriggerFunctions: Object.fromEntries(functions.triggers.map((trigger) => [trigger, trigger])),
    }),
  }
  await writeFile(join(folder, '.cognito', 'config.json'), JSON.stringify(settings))
}

async function answers(endpoint: string): Promise<boolean> {
  const headers = { ...ADMIN, 'x-amz-target': 'AWSCognitoIdentityProviderService.ListUserPools' }
  try {
    const answer = await fetch(endpoint, { method: 'POST', headers, body: '{"MaxResults":1}' })
    await answer.text()
    return answer.status === 200
  } catch {
    // The process does not listen yet.
    return false
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}
