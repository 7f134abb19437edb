// Compares the handlers of several commits, each with the commit before it in the list, in interleaved rounds.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { buildCommit, buildWorkingTree } from '../scripts/built-commit.ts'
import { createLauncher, type Launcher } from './child.ts'
import { readEvents } from './events.ts'
import type { ColdReport, WarmReport } from './job.ts'
import { pin } from './machine.ts'
import { type Services, startServicesApart } from './services.ts'
import { shuffle } from './shuffle.ts'
import { SETTINGS } from './stage.ts'
import { pairFigures, quartiles } from './statistics.ts'
import { zipBytes } from './zip.ts'

const HELP = `node bench/against.ts [--rounds 21] [--seed 1] COMMIT... [.]

Measures the handlers of each commit against those of the commit before it in the list. Use . for
the working tree. A ratio below 1 means faster or smaller. Commits are measured in interleaved
rounds, and ratios are taken within a round.

Example: node bench/against.ts HEAD~1 .
`
const WARM = { warmUp: 3000, blocks: 20, block: 250 } as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '21' }, seed: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help || positionals.length < 2) {
  process.stdout.write(HELP)
  process.exit(values.help ? 0 : 2)
}

/** A version that is measured, and its figures for each round. */
interface Version {
  readonly name: string
  readonly root: string
  readonly preCold: number[]
  readonly postCold: number[]
  readonly warm: number[]
}

const folder = await mkdtemp(join(tmpdir(), 'lifeguard-against-'))
const driver = join(folder, 'driver.mjs')
const external = { bundle: true, minify: true, platform: 'node', target: 'node24', format: 'esm', logLevel: 'silent' } as const
await build({ ...external, entryPoints: [join(import.meta.dirname, 'driver.ts')], outfile: driver })
const versions: Version[] = []
for (const name of positionals) {
  const { root } = name === '.' ? await buildWorkingTree() : await buildCommit(name)
  versions.push({ name, root, preCold: [], postCold: [], warm: [] })
}
const launcher = createLauncher({ driver, cpu: pin()?.measured })
const services = await startServicesApart()
try {
  await measure(launcher, services)
} finally {
  launcher.stop()
  services.stop()
  await rm(folder, { recursive: true })
}
await print()

async function measure({ run }: Launcher, { environment, certificate }: Services): Promise<void> {
  const trusted = join(folder, 'certificate.pem')
  await writeFile(trusted, certificate)
  const settings = { ...environment, ...SETTINGS, NODE_EXTRA_CA_CERTS: trusted }
  const events = await readEvents(join(import.meta.dirname, '..'))
  const seed = Number(values.seed)
  let user = 1
  const toHandlerPath = ({ root }: Version, name: string): string => join(root, 'dist', name, 'handler.js')
  const cold = async (version: Version, name: string, event: string): Promise<number> => {
    const job = { kind: 'cold', file: toHandlerPath(version, name), event, from: user++, invocations: 1, pauseMs: 0 } as const
    const { report } = await run<ColdReport>(`${version.name} ${name}`, job, settings)
    if (report.answer.kind !== 'returned') throw new Error(`${version.name} ${name}: ${report.answer.message}`)
    return report.importMs + report.firstMs
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const version of shuffle(versions, seed, 'pre', round)) version.preCold.push(await cold(version, 'pre-signup', events.approved))
    for (const version of shuffle(versions, seed, 'post', round))
      version.postCold.push(await cold(version, 'post-confirmation', events.confirmed))
    const programs = versions.map((version) => ({
      file: toHandlerPath(version, 'pre-signup'),
      events: [events.approved, events.unconfirmed],
    }))
    const { report } = await run<WarmReport>('warm', { kind: 'warm', programs, from: user, ...WARM, seed: seed + round }, settings)
    for (const [index, version] of versions.entries()) version.warm.push(report.p50[index] ?? Number.NaN)
  }
}

async function print(): Promise<void> {
  for (const [index, version] of versions.entries()) {
    const before = versions[index - 1]
    if (before === undefined) continue
    const ratio = (ours: readonly number[], theirs: readonly number[]): string =>
      formatRange(
        pairFigures(ours, theirs, (one, two) => one / two),
        3,
      )
    const functions = (await readdir(join(version.root, 'dist'))).filter((name) => existsSync(join(before.root, 'dist', name)))
    const zips = await Promise.all(
      functions.map(async (name) => `${name} ${((await measureZip(version, name)) / (await measureZip(before, name))).toFixed(3)}`),
    )
    const lines = [
      `${version.name} against ${before.name}, ${values.rounds} rounds`,
      `  pre sign-up, cold         ${ratio(version.preCold, before.preCold)}`,
      `  post confirmation, cold   ${ratio(version.postCold, before.postCold)}`,
      `  pre sign-up, warm p50     ${formatRange(
        pairFigures(version.warm, before.warm, (one, two) => one - two),
        2,
      )} us`,
      `  zips                      ${zips.join(', ')}`,
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  }
}

function formatRange(figures: readonly number[], digits: number): string {
  const { lower, median, upper } = quartiles(figures)
  return `${median.toFixed(digits)} (${lower.toFixed(digits)} to ${upper.toFixed(digits)})`
}

async function measureZip({ root }: Version, name: string): Promise<number> {
  const bundle = join(root, 'dist', name)
  const files = (await readdir(bundle)).filter((file) => !file.endsWith('.map') && file !== 'meta.json')
  return zipBytes(
    await Promise.all(files.map(async (file) => ({ name: `dist/${name}/${file}`, bytes: await readFile(join(bundle, file)) }))),
  )
}
