import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../src/tools/lib/errors.ts'
import { bundleExtended } from './handlers.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { formatReport } from './report.ts'
import { run } from './run.ts'

const EXIT = { kept: 0, broken: 1, usage: 2 } as const

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const text = error instanceof UsageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`chaos: ${text}\n`)
  process.exitCode = EXIT.usage
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === 'help') {
    process.stdout.write(`${HELP}\n`)
    return EXIT.kept
  }
  const dist = new URL('../dist/', import.meta.url).pathname
  if (options.handlers === 'deployed') return runAll(options, dist)
  const bundles = await mkdtemp(join(tmpdir(), 'lifeguard-chaos-'))
  try {
    await bundleExtended(dist, bundles)
    return await runAll(options, bundles)
  } finally {
    await rm(bundles, { recursive: true, force: true })
  }
}

/** Runs the harness once for each delivery. Returns the exit code. */
async function runAll(options: Options, bundles: string): Promise<number> {
  // The seed is printed first, so that an interrupted run can be repeated.
  process.stdout.write(`seed ${options.seed}\n`)
  let kept = true
  for (const delivery of options.deliveries) {
    const onProgress = (done: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${done}`))
    const log = options.log && (options.deliveries.length > 1 ? `${options.log}.${delivery}` : options.log)
    const result = await run({ ...options, delivery, bundles, log, onProgress })
    onProgress('')
    process.stdout.write(`\n${formatReport(delivery, result).join('\n')}\n`)
    kept &&= result.promises.every(({ broken }) => broken === 0)
  }
  if (!kept)
    process.stdout.write(
      `\nA guarantee was broken. To repeat the run: npm run chaos -- --seed ${options.seed} --users ${options.users} --faults ${options.percent} --handlers ${options.handlers}\n`,
    )
  return kept ? EXIT.kept : EXIT.broken
}
