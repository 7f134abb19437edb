import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { triggersInFolder } from '../../../src/tools/lib/find-trigger.ts'
import { fuzzedEvent } from '../fuzz/fuzz-events.ts'
import { seededRandom } from '../fuzz/fuzz-random.ts'
import { sourceEvents } from '../fuzz/fuzz-sources.ts'
import { captureOutput } from './captured.ts'
import { startFakeAws } from './fake-aws.ts'
import type { EventsJob, Recorded } from './jobs.ts'

/** Sends events one by one to a built handler, and records its behaviour. */
export async function runEvents(job: EventsJob, write: (recorded: Recorded) => void): Promise<void> {
  const aws = await startFakeAws()
  const lines = captureOutput()
  Object.assign(process.env, job.settings, aws.environment)
  const label = (event: string): string => `${job.name}, settings ${job.settingsNumber}, ${event}`
  const handler = await load(job, (error) => write({ label: label('start'), ...error, requests: [], lines: lines() }))
  if (handler === undefined) return
  const sources = sourceEvents(job.corpus).filter(({ trigger }) => trigger === undefined || triggersInFolder(job.name).includes(trigger))
  const own = sources.filter(({ trigger }) => trigger !== undefined)
  for (let number = job.from; number < job.from + job.count; number += 1) {
    const random = seededRandom(job.seed, number)
    // Sends the unchanged events first, then mutated ones. A few mutated events are for another trigger than the handler's.
    const text = own[number - job.from]?.text ?? fuzzedEvent(random.pick(random.chance(0.97) ? own : sources), random)
    aws.next(number)
    const context = { awsRequestId: `request-${number}`, getRemainingTimeInMillis: () => 4900 }
    const outcome = await handler(JSON.parse(text), context).then(
      (answer: unknown) => ({ answer: JSON.stringify(answer) }),
      (error: unknown) => describeThrown(error),
    )
    write({ label: label(`event ${number}`), ...outcome, requests: aws.next(number), lines: lines() })
  }
}

async function load(
  job: EventsJob,
  failed: (error: Pick<Recorded, 'error'>) => void,
): Promise<((event: unknown, context: object) => Promise<unknown>) | undefined> {
  try {
    return (await import(pathToFileURL(join(job.root, 'dist', job.name, 'handler.js')).href)).handler
  } catch (error) {
    failed(describeThrown(error))
    return undefined
  }
}

function describeThrown(error: unknown): Pick<Recorded, 'error'> {
  return { error: error instanceof Error ? { name: error.name, message: error.message } : { name: typeof error, message: String(error) } }
}
