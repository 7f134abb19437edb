// Compares the working tree with a commit. For the same events, the two must have the same answers, errors, requests and log lines.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import * as fc from 'fast-check'
import { type BuiltVersion, buildCommit, buildWorkingTree } from '../../../scripts/built-commit.ts'
import { compositions } from '../compositions.ts'
import { write } from '../notation.ts'
import { DEPLOYED, FOLDERS } from '../triggers.ts'
import { compareFiles, type Difference } from './differences.ts'
import type { Job } from './jobs.ts'
import { settingsSets } from './settings.ts'

const HELP = `Compare the handlers and the rule language of the working tree with those of a commit.

  node test/support/compare/main.ts --against COMMIT [--events 50000] [--compositions 20000] [--settings 30] [--seed 1] [--only NAME]

The environment variable EVENT_CORPUS names a folder with more events.
Exit code: 0 no differences; 1 differences; 2 bad usage.
`
const NAMES = FOLDERS.filter((folder) => DEPLOYED.includes(folder))
const LEAVES = ['allow', 'skip', 'deny', 'deny2', 'done', 'error', 'set(a=1)', 'set(b=2)']
const SHOWN = 12

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    events: { type: 'string', default: '50000' },
    compositions: { type: 'string', default: '20000' },
    settings: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help || values.against === undefined) {
  process.stdout.write(HELP)
  process.exit(values.help ? 0 : 2)
}

const folder = await mkdtemp(join(tmpdir(), 'lifeguard-compare-'))
const versions: Readonly<Record<'old' | 'new', BuiltVersion>> = { old: await buildCommit(values.against), new: await buildWorkingTree() }
const seed = Number(values.seed)
const differences: Difference[] = []
let compared = 0

/** Creates the job of one version. The jobs of both versions differ only in the code that they run. */
type Task = (version: 'old' | 'new', output: string) => Job

/** Runs a task, and repeats it if there are differences. Only differences of both runs count, because a busy machine may cause retries. */
async function runTask(task: Task): Promise<void> {
  const first = await compareOnce(task)
  compared += first.count
  if (first.differences.length === 0) return
  const second = await compareOnce(task)
  differences.push(...first.differences.filter((one) => second.differences.some((two) => sameText(one, two))))
}

function sameText(one: Difference, two: Difference): boolean {
  return one.label === two.label && one.field === two.field && one.old === two.old && one.new === two.new
}

async function compareOnce(task: Task): Promise<{ readonly count: number; readonly differences: readonly Difference[] }> {
  const files = await Promise.all(
    (['old', 'new'] as const).map(async (version) => {
      const output = join(await mkdtemp(join(folder, 'task-')), `${version}.ndjson`)
      const child = join(import.meta.dirname, 'child.ts')
      // The large stack prevents overflows. With a small stack, the depth at which an event overflows differs between versions.
      await promisify(execFile)(process.execPath, ['--stack-size=3900', child, JSON.stringify(task(version, output))])
      return output
    }),
  )
  const found: Difference[] = []
  const count = await compareFiles(files[0] ?? '', files[1] ?? '', (difference) => found.push(difference))
  await Promise.all(files.map((file) => rm(file)))
  return { count, differences: found }
}

function eventTasks(name: string): readonly Task[] {
  const sets = settingsSets(Number(values.settings), seed)
  const count = Math.ceil(Number(values.events) / sets.length)
  const corpus = process.env.EVENT_CORPUS === undefined ? undefined : resolve(process.env.EVENT_CORPUS)
  return sets.map((settings, settingsNumber) => (version, output) => {
    const { root } = versions[version]
    return { kind: 'events', root, name, settings, settingsNumber, from: settingsNumber * count, count, corpus, seed, output }
  })
}

async function compositionTask(): Promise<Task> {
  const terms = fc.sample(compositions(LEAVES), { numRuns: Number(values.compositions), seed })
  const file = join(folder, 'terms.json')
  await writeFile(file, JSON.stringify(terms.map((term) => ({ text: write(term), term }))))
  return (version, output) => ({ kind: 'compositions', root: versions[version].root, terms: file, output })
}

const tasks: Task[] = []
// Skips functions that the commit does not have.
const common = NAMES.filter((name) => existsSync(join(versions.old.root, 'src', name)))
for (const name of values.only ?? [...common, 'compositions'])
  tasks.push(...(name === 'compositions' ? [await compositionTask()] : eventTasks(name)))
// Each task runs two processes, so the number of parallel tasks is half the number of cores.
const lanes = Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, async () => {
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await runTask(task)
})
await Promise.all(lanes)
await rm(folder, { recursive: true })

for (const difference of differences.slice(0, SHOWN)) {
  process.stdout.write(`${difference.label}: ${difference.field}\n  old ${difference.old}\n  new ${difference.new}\n`)
}
process.stdout.write(`${compared} compared, ${differences.length} differences\n`)
process.exitCode = differences.length === 0 ? 0 : 1
