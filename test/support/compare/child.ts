// The entry point of a child process, which runs one job with the handlers and the library of one version.
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Job, Recorded } from './jobs.ts'
import { runCompositions } from './run-compositions.ts'
import { runEvents } from './run-events.ts'

const job: Job = JSON.parse(process.argv[2] ?? '')

// Fixes the time and the random numbers, so that they are the same in both compared versions.
const NOW = Date.parse('2026-05-01T12:00:00.000Z')
const RealDate = Date
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [NOW] : args, newTarget),
  get: (target, key) => (key === 'now' ? () => NOW : Reflect.get(target, key)),
})
Math.random = () => 0.5

const file = createWriteStream(job.output)
const write = (recorded: Recorded): void => void file.write(`${JSON.stringify(recorded)}\n`)
if (job.kind === 'events') await runEvents(job, write)
else await runCompositions(job, write)
file.end()
await finished(file)
process.exit(0)
