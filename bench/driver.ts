// Runs programs in a child process, as Lambda's runtime client does. This file is bundled, because a bundle loads faster than its
// modules.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Answer, AnswersJob, ColdJob, ColdReport, Job, WarmJob, WarmReport } from './job.ts'
import { shuffle } from './shuffle.ts'
import { quantile } from './statistics.ts'

type LambdaFunction = (event: unknown, context: object) => unknown

const require = createRequire(import.meta.url)
// The modules that the runtime client (aws-lambda-ric 3.3.0) requires before it loads a handler. This file must not import node:http,
// because an import loads more than `require`: measured cold starts would be too short.
for (const name of ['assert', 'fs', 'http', 'net', 'path', 'util']) require(name)
const { writeSync } = require('node:fs')
// The runtime client defines this global for response streaming. Handlers use it to detect that they run in Lambda.
Reflect.set(globalThis, 'awslambda', { streamifyResponse: () => undefined })

const REPORT_FD = 3
const job: Job = JSON.parse(process.argv[2] ?? '')

try {
  writeSync(REPORT_FD, JSON.stringify(await run(job)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
}
// Exits explicitly, because open connections of the SDK would keep this process alive.
process.exit(0)

function run(job: Job): Promise<unknown> {
  if (job.kind === 'cold') return cold(job)
  return job.kind === 'answers' ? answers(job) : warm(job)
}

async function cold({ file, event, from, invocations, pauseMs }: ColdJob): Promise<ColdReport> {
  const first = fillEvent(event, from)
  const context = createLambdaContext(from)
  const startedAt = performance.now()
  const handler = await load(file)
  const loadedAt = performance.now()
  if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  const startedFirstAt = performance.now()
  const answer = await settle(handler, first, context)
  const endedAt = performance.now()
  for (let n = 1; n < invocations; n++) {
    await nextTurn()
    await handler(fillEvent(event, from + n), createLambdaContext(from + n))
  }
  return { importMs: loadedAt - startedAt, firstMs: endedAt - startedFirstAt, rssBytes: process.memoryUsage.rss(), answer }
}

async function answers({ file, events }: AnswersJob): Promise<readonly Answer[]> {
  const handler = await load(file)
  const all: Answer[] = []
  for (const [n, event] of events.entries()) all.push(await settle(handler, fillEvent(event, n), createLambdaContext(n)))
  return all
}

async function warm({ programs, from, warmUp, blocks, block, seed }: WarmJob): Promise<WarmReport> {
  const turns: Turn[] = []
  for (const { file, events } of programs) turns.push({ handler: await load(file), events, times: new Float64Array(blocks * block) })
  let number = from
  const invoke = async ({ handler, events }: Turn): Promise<number> => {
    const event = fillEvent(events[number % events.length] ?? '', number)
    const context = createLambdaContext(number++)
    await nextTurn()
    const startedAt = performance.now()
    await handler(event, context)
    return (performance.now() - startedAt) * 1000
  }
  for (const turn of turns) for (let n = 0; n < warmUp; n++) await invoke(turn)
  for (let index = 0; index < blocks; index++) {
    for (const turn of shuffle(turns, seed, index)) {
      for (let n = 0; n < block; n++) turn.times[index * block + n] = await invoke(turn)
    }
  }
  return { p50: turns.map(({ times }) => quantile(times, 0.5)), p99: turns.map(({ times }) => quantile(times, 0.99)) }
}

interface Turn {
  readonly handler: LambdaFunction
  readonly events: readonly string[]
  readonly times: Float64Array
}

/** Loads a handler like the runtime client: an ES module with `import`, anything else with `require`. */
async function load(file: string): Promise<LambdaFunction> {
  const { handler }: { readonly handler?: LambdaFunction } = file.endsWith('.cjs') ? require(file) : await import(pathToFileURL(file).href)
  if (typeof handler !== 'function') throw new TypeError(`${file} exports no function 'handler'`)
  return handler
}

async function settle(handler: LambdaFunction, event: unknown, context: object): Promise<Answer> {
  try {
    return { kind: 'returned', value: await handler(event, context) }
  } catch (error) {
    return { kind: 'threw', message: error instanceof Error ? error.message : String(error) }
  }
}

/** Waits for the next turn of the event loop, so that work that a handler scheduled runs before the next event, as in Lambda. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function fillEvent(text: string, n: number): unknown {
  return JSON.parse(text.replaceAll('$N', String(n)))
}

function createLambdaContext(n: number): object {
  const endsAt = performance.now() + 5000
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'bench',
    functionVersion: '$LATEST',
    memoryLimitInMB: '512',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
    logGroupName: '/aws/lambda/bench',
    logStreamName: 'bench',
    awsRequestId: `6bc28136-89ff-4b59-8b15-${String(n).padStart(12, '0')}`,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
  }
}
