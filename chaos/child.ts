// Runs in a child process that the harness can kill. Loads the bundles and runs several events at a time.
import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { FunctionError } from '../src/tools/replay/child-messages.ts'
import type { FunctionName, Reply, Request, Settled } from './child-messages.ts'
import { BEAT_MS, processorMs, stallMeter } from './stall-meter.ts'

type LambdaFunction = (event: unknown, context: object) => unknown

// Ctrl-C signals the whole process group. This process ignores the signal, and exits when the parent disconnects.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())

let offsetMs = 0
const now = Date.now.bind(Date)
// Handlers read the time of day from this Date. The harness moves it forward, so that a run does not wait for back-offs of hours.
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now() + offsetMs] : args, newTarget),
  get: (target, key) => (key === 'now' ? () => now() + offsetMs : Reflect.get(target, key)),
})

const stalls = stallMeter({ now: () => performance.now(), processorMs })
setInterval(stalls.beat, BEAT_MS).unref()

const handlers = new Map<FunctionName, LambdaFunction>()

process.on('message', async (request: Request) => {
  if (request.kind === 'clock') {
    offsetMs = request.offsetMs
    return
  }
  const reply = request.kind === 'load' ? await load(request) : await invoke(request)
  process.send?.(reply)
})

async function load({ files }: Extract<Request, { kind: 'load' }>): Promise<Reply> {
  try {
    for (const [name, file] of files) {
      const { handler }: { readonly handler?: LambdaFunction } = await import(pathToFileURL(file).href)
      if (typeof handler !== 'function') throw new TypeError(`${file} exports no function 'handler'`)
      handlers.set(name, handler)
    }
    return { kind: 'ready' }
  } catch (error) {
    return { kind: 'not-started', error: toReportedError(error) }
  }
}

async function invoke({ id, name, event, limitMs }: Extract<Request, { kind: 'invoke' }>): Promise<Reply> {
  const stalledBefore = stalls.beat()
  const startedAt = performance.now()
  const settled = await settle(name, JSON.parse(event), limitMs)
  const ms = performance.now() - startedAt
  return { kind: 'settled', id, took: { ms, stalledMs: stalls.beat() - stalledBefore }, settled }
}

async function settle(name: FunctionName, event: unknown, limitMs: number): Promise<Settled> {
  try {
    const result = await handlers.get(name)?.(event, createLambdaContext(limitMs))
    // Like Lambda, sends null for a value without a JSON form, such as undefined.
    return { kind: 'returned', json: JSON.stringify(result) ?? 'null' }
  } catch (error) {
    return { kind: 'threw', error: toReportedError(error) }
  }
}

function createLambdaContext(limitMs: number): object {
  const endsAt = performance.now() + limitMs
  return {
    awsRequestId: randomUUID(),
    functionName: 'chaos',
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
  }
}

/** Formats a thrown value as Lambda's runtime does: name and message of an error, or the type and text of any other value. */
function toReportedError(thrown: unknown): FunctionError {
  return thrown instanceof Error ? { name: thrown.name, message: thrown.message } : { name: typeof thrown, message: String(thrown) }
}
