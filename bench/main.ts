import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version as esbuildVersion } from 'esbuild'
import { UsageError } from '../src/tools/lib/errors.ts'
import { buildAll } from './build.ts'
import { checkPrograms } from './check.ts'
import { createLauncher } from './child.ts'
import { readEvents } from './events.ts'
import { FURTHER, GOALS, judgeGoal } from './goals.ts'
import { describeMachine, pin } from './machine.ts'
import { measure } from './measure.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { installPeers, type Versions } from './peers.ts'
import { formatResults, type Results, toChart, toJson, toMarkdown } from './results.ts'
import { startServicesApart } from './services.ts'
import { numberUsers, SETTINGS } from './stage.ts'

const EXIT = { measured: 0, failed: 1, usage: 2, interrupted: 130 } as const

const bench = fileURLToPath(new URL('.', import.meta.url))
const root = join(bench, '..')

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`bench: ${error.message}\n`)
    process.exitCode = EXIT.usage
  } else if (ending.signal.aborted) process.exitCode = EXIT.interrupted
  else {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = EXIT.failed
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === 'help') {
    process.stdout.write(`${HELP}\n`)
    return EXIT.measured
  }
  const peers = await installPeers(bench, ending.signal)
  const results = await run(options, peers)
  process.stdout.write(`${options.json ? toJson(results) : formatResults(results).join('\n')}\n`)
  if (options.write) {
    await writeFile(join(bench, 'RESULTS.md'), toMarkdown(results, new Date()))
    await writeFile(join(bench, 'chart.svg'), toChart(results))
    if (!options.json) await benchPools()
  }
  return EXIT.measured
}

async function run({ seed, rounds, endsAt }: Options, peers: Versions): Promise<Results> {
  const showProgress = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`))
  showProgress('building')
  const built = await buildAll(root)
  const pins = pin()
  const launcher = createLauncher({ driver: built.driver, cpu: pins?.measured })
  const services = await startServicesApart()
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-bench-'))
  const stop = (): void => {
    launcher.stop()
    services.stop()
  }
  ending.signal.addEventListener('abort', stop)
  try {
    ending.signal.throwIfAborted()
    const trusted = join(folder, 'certificate.pem')
    await writeFile(trusted, services.certificate)
    const environment = { ...services.environment, ...SETTINGS, NODE_EXTRA_CA_CERTS: trusted }
    const stage = { built, launcher, services, environment, events: await readEvents(root), users: numberUsers() }
    showProgress('checking that the programs give the same answers')
    await checkPrograms(stage)
    const series = await measure(stage, { seed, rounds, endsAt, onProgress: showProgress })
    const goals = GOALS.map((each) => judgeGoal(each, series))
    const further = FURTHER.map((each) => judgeGoal(each, series))
    return {
      machine: describeMachine(pins),
      versions: await readVersions(peers),
      seed,
      rounds: goals[0]?.rounds ?? 0,
      goals,
      further,
      series,
    }
  } finally {
    showProgress('')
    stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Measures the local user pool in a process of its own, because this one is pinned to a CPU already. */
async function benchPools(): Promise<void> {
  const child = spawn(process.execPath, [join(bench, 'pools', 'main.ts')], { stdio: 'inherit', signal: ending.signal })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`bench/pools/main.ts ended with ${code}`)
}

async function readVersions(peers: Versions): Promise<Versions> {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return { [name]: version, node: process.versions.node, esbuild: esbuildVersion, ...peers }
}
