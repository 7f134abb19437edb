// Measures the local user pool against cognito-local. `npm run bench` runs this too.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/tools/lib/errors.ts'
import { describeMachine, pin } from '../machine.ts'
import { installPeers } from '../peers.ts'
import { buildLauncher } from './contestants.ts'
import { measurePools } from './measure-pools.ts'
import { HELP, readPoolOptions } from './options.ts'
import { formatPools, type PoolResults, poolsToMarkdown } from './report.ts'

const bench = fileURLToPath(new URL('..', import.meta.url))
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function main(args: readonly string[]): Promise<void> {
  const options = readPoolOptions(args)
  if (options === 'help') {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const { rounds, seed, write } = options
  const peers = await installPeers(bench, ending.signal)
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-pools-'))
  const launcher = await buildLauncher(folder)
  const pins = pin()
  const onProgress = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`))
  const start = { launcher, cpu: pins?.measured }
  const figures = await measurePools({ rounds, seed, start, signal: ending.signal, onProgress }).finally(() =>
    rm(folder, { recursive: true }),
  )
  onProgress('')
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const versions = { Lifeguard: version, 'cognito-local': peers['cognito-local'] ?? 'unknown', node: process.versions.node }
  const results: PoolResults = { figures, machine: describeMachine(pins), versions, seed }
  process.stdout.write(`${formatPools(results).join('\n')}\n`)
  if (write) await writeFile(new URL('../POOLS.md', import.meta.url), poolsToMarkdown(results, new Date()))
}
