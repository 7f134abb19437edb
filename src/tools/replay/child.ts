// The entry point of the child process: loads a handler and invokes it as Lambda's runtime does.
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { HANDLER_CREATED } from '../../shared/lambda/announce.ts'
import { type Call, callHandler, type LambdaHandler } from './call-handler.ts'
import { type Exiting, formatMessage, type Reply, type Request, type ThrownError } from './child-messages.ts'
import { loadModule } from './module-format.ts'
import { findObservable, type Observable, observeInvocation } from './observe-rules.ts'
import type { CallbackSupport } from './runtime.ts'
import { describeThrown } from './thrown-error.ts'

/** A loaded handler. */
interface Loaded {
  readonly handler: LambdaHandler
  readonly callbacks: CallbackSupport
  readonly observable: Observable | undefined
  /** The resources that were open before the first invocation. */
  readonly open: readonly string[]
}

const PARENT = 3
// The time that work has to end after an answer, in milliseconds, and the time between two looks at it.
const SETTLE_MS = 100
const LOOK_MS = 5
// The message of Lambda's runtime client for nodejs24.x.
const NO_CALLBACKS =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.'

// With the default of ten frames, a stack trace of the AWS SDK would not reach the rule that called it.
Error.stackTraceLimit = 50

// Saved before the handler is loaded, because a handler may replace `process.stdout.write`.
const write = process.stdout.write.bind(process.stdout)
// Node opens a standard stream when it is first used. Opens it now, so that it does not count as opened by an event.
void process.stderr

// The pipe that carries requests from the parent process, and replies to the parent process.
const parent = new Socket({ fd: PARENT })
const answer = parent.write.bind(parent)

// Ctrl-C signals the whole process group. This process ignores it, and exits when the parent closes the pipe.
process.on('SIGINT', () => undefined)
parent.on('error', () => undefined)
parent.on('close', () => process.exit())

// The request whose code runs, also after the answer to the request. So a crash is reported for the request that caused it.
const running = new AsyncLocalStorage<string>()
let uncaught: ThrownError | undefined
process.on('uncaughtExceptionMonitor', (error) => {
  uncaught = describeThrown(error)
})
process.on('exit', () => {
  const requestId = running.getStore()
  const form = call?.form()
  const exiting: Exiting = { ...(requestId !== undefined && { requestId }), ...(uncaught && { error: uncaught }), ...(form && { form }) }
  try {
    writeSync(PARENT, `\n${formatMessage({ kind: 'exiting', ...exiting })}`)
  } catch {
    // The parent has closed the pipe, or the pipe is full. The parent also sees the exit itself.
  }
})

// The handlers and middleware that Lifeguard creates while the file is loaded.
const created: unknown[] = []
subscribe(HANDLER_CREATED, (made) => void created.push(made))

let loaded: Loaded | undefined
let call: Call | undefined
createInterface(parent).on('line', async (line) => {
  const request: Request & { readonly id: string } = JSON.parse(line)
  // Starts with a line break, because the handler may have written an incomplete line to the pipe.
  answer(`\n${formatMessage({ ...(await handleRequest(request)), id: request.id })}`)
})

async function handleRequest(request: Request): Promise<Reply> {
  switch (request.kind) {
    case 'load':
      return load(request)
    case 'invoke':
      return running.run(request.requestId, () => invoke(request))
    case 'settle':
      return settle()
  }
}

async function load(request: Extract<Request, { kind: 'load' }>): Promise<Reply> {
  const { file, exported, environment, packageRoot, callbacks = 'assumed' } = request
  try {
    // biome-ignore lint/style/noProcessEnv: sets the environment of the handler before it is loaded
    Object.assign(process.env, environment)
    const { module, ignoredPackage } = await loadModule(file, packageRoot)
    const handler = findExport(module, exported)
    if (!isFunction(handler)) throw createNamedError('Runtime.HandlerNotFound', `The file exports no function '${exported}'`)
    const takesCallback = handler.length > 2
    if (takesCallback && callbacks === 'removed') throw createNamedError('Runtime.CallbackHandlerDeprecated', NO_CALLBACKS)
    const observable = findObservable(handler, created)
    loaded = { handler, callbacks, observable, open: process.getActiveResourcesInfo() }
    const { rule, trigger } = observable ?? {}
    return { kind: 'ready', takesCallback, ...(rule && { rule }), ...(trigger && { trigger }), ...(ignoredPackage && { ignoredPackage }) }
  } catch (error) {
    const { name, message } = describeThrown(
      error instanceof SyntaxError ? createNamedError('Runtime.UserCodeSyntaxError', `${error}`) : error,
    )
    return { kind: 'not-started', error: { name, message } }
  }
}

/** Finds an export. Node may expose the exports of a CommonJS module only under `default`. */
function findExport(module: object, name: string): unknown {
  // Every object inherits `constructor` and similar names, so such a name is not an export.
  if (Object.hasOwn(Object.prototype, name)) return undefined
  const direct: unknown = Reflect.get(module, name)
  const whole: unknown = Reflect.get(module, 'default')
  return direct ?? (typeof whole === 'object' && whole !== null ? Reflect.get(whole, name) : undefined)
}

function isFunction(value: unknown): value is LambdaHandler {
  return typeof value === 'function'
}

async function invoke({ requestId, event, limitMs, endMark }: Extract<Request, { kind: 'invoke' }>): Promise<Reply> {
  if (loaded === undefined) throw new Error('No handler is loaded')
  const { handler, callbacks, observable } = loaded
  // If the handler waits for a promise that never settles, Node exits, as in Lambda. The pipe must not keep Node running.
  parent.unref()
  const { observer, readDecision } = observeInvocation(observable)
  call = callHandler(handler, JSON.parse(event), { requestId, limitMs, callbacks, observer })
  const result = await call.answer.then(serialise, (thrown: unknown) => ({ thrown }))
  parent.ref()
  write(`\n${endMark}\n`)
  const decision = readDecision()
  const form = call.form()
  const common = { ...(form && { form }), ...(decision && { decision }) }
  return 'json' in result
    ? { kind: 'returned', json: result.json, ...common }
    : { kind: 'threw', error: describeThrown(result.thrown), ...common }
}

/** Serialises a result as Lambda's runtime does, with the runtime's error messages. */
function serialise(result: unknown): { readonly json: string } | { readonly thrown: unknown } {
  let json: string | undefined
  try {
    // Lambda sends undefined as null.
    json = JSON.stringify(result === undefined ? null : result)
  } catch {
    return { thrown: createNamedError('Runtime.JSONStringifyError', 'Unable to stringify response body') }
  }
  // JSON.stringify returns undefined for a function or symbol.
  return json === undefined ? { thrown: new TypeError('Wrong arguments') } : { json }
}

/** Waits until the event has left nothing open, at most a moment. Lambda would freeze the process, and continue at the next event. */
async function settle(): Promise<Reply> {
  const endsAt = performance.now() + SETTLE_MS
  // Lets callbacks run that are due at once.
  await new Promise(setImmediate)
  let left = listLeft()
  while (left.length > 0 && performance.now() < endsAt) {
    await sleep(LOOK_MS, undefined, { ref: false })
    left = listLeft()
  }
  const form = call?.form()
  return { kind: 'settled', left, ...(form && { form }) }
}

/** Returns the types of the open resources that were not open before the first invocation. */
function listLeft(): readonly string[] {
  const left = process.getActiveResourcesInfo()
  for (const type of loaded?.open ?? []) {
    const at = left.indexOf(type)
    if (at >= 0) left.splice(at, 1)
  }
  return left
}

function createNamedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
