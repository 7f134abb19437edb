// The entry point of the child process: loads a handler and invokes it as Lambda's runtime does.
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import type { RuleObserver } from '../../shared/rules/decision.ts'
import { describeRule } from '../lib/description.ts'
import { type Broke, type FunctionError, formatMessage, type Reply, type Request, type RuleAnswerText } from './child-messages.ts'

type Callback = (error: unknown, result?: unknown) => void
type LambdaFunction = (event: unknown, context: object, callback?: Callback) => unknown
type Observe = (observer: RuleObserver) => void
type Broken = { readonly path: string } & ({ readonly thrown: unknown } | { readonly explanation: string })

const FUNCTION_NAME = 'lifeguard-replay'
// The maximum length of an error message, in characters. A longer message, such as a whole HTML page, is truncated.
const MAX_MESSAGE_LENGTH = 500

// With the default of ten frames, a stack trace of the AWS SDK would not reach the rule that called it.
Error.stackTraceLimit = 50

// Saved before the handler is loaded, because a handler may replace `process.stdout.write`.
const write = process.stdout.write.bind(process.stdout)

// The pipe that carries requests from the parent process, and replies to the parent process.
const parent = new Socket({ fd: 3 })
const answer = parent.write.bind(parent)

// Ctrl-C signals the whole process group. This process ignores it, and exits when the parent closes the pipe.
process.on('SIGINT', () => undefined)
parent.on('error', () => undefined)
parent.on('close', () => process.exit())

let handler: LambdaFunction | undefined
let observe: Observe | undefined
createInterface(parent).on('line', async (line) => {
  const request: Request & { readonly id: string } = JSON.parse(line)
  const reply = request.kind === 'load' ? await load(request) : await invoke(request)
  // Starts with a line break, because the handler may have written an incomplete line to the pipe.
  answer(`\n${formatMessage({ ...reply, id: request.id })}`)
})

async function load({ file, exported, environment }: Extract<Request, { kind: 'load' }>): Promise<Reply> {
  try {
    // biome-ignore lint/style/noProcessEnv: sets the environment of the handler before it is loaded
    Object.assign(process.env, environment)
    const module: object = await import(pathToFileURL(file).href)
    const found = findExport(module, exported)
    if (!isFunction(found)) throw createNamedError('Runtime.HandlerNotFound', `The file exports no function '${exported}'`)
    handler = found
    observe = 'composition' in found && 'observe' in found && isObserve(found.observe) ? found.observe : undefined
    const rule = describeRule('composition' in found ? found.composition : undefined)
    const trigger = 'trigger' in found && typeof found.trigger === 'string' ? found.trigger : undefined
    return { kind: 'ready', takesCallback: found.length > 2, ...(rule && { rule }), ...(trigger && { trigger }) }
  } catch (error) {
    return {
      kind: 'not-started',
      error: toReportedError(error instanceof SyntaxError ? createNamedError('Runtime.UserCodeSyntaxError', `${error}`) : error),
    }
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

function isFunction(value: unknown): value is LambdaFunction {
  return typeof value === 'function'
}

function isObserve(value: unknown): value is Observe {
  return typeof value === 'function'
}

async function invoke(request: Extract<Request, { kind: 'invoke' }>): Promise<Reply> {
  // If the handler waits for a promise that never settles, Node exits, as in Lambda. The pipe must not keep Node running.
  parent.unref()
  // Each invocation has new lists, so that a rule of the previous invocation that is still running does not add to them.
  const broken: Broken[] = []
  const answers: RuleAnswerText[] = []
  observe?.({
    onRuleError: ({ path, error }) => void broken.push({ path, thrown: error }),
    onExplanation: ({ path, explanation }) => void broken.push({ path, explanation }),
    onAnswer: ({ path, answer }) => void answers.push({ path, answer: truncate(JSON.stringify(answer)) }),
  })
  try {
    const result = await call(JSON.parse(request.event), createLambdaContext(request.requestId, request.limitMs))
    return { kind: 'returned', json: serialise(result), broke: broken.flatMap(toBroke), answers }
  } catch (error) {
    return { kind: 'threw', error: toReportedError(error), broke: broken.flatMap(toBroke) }
  } finally {
    parent.ref()
    write(`\n${request.endMark}\n`)
  }
}

/** Serialises a result as Lambda's runtime does, with the runtime's error messages. */
function serialise(result: unknown): string {
  let json: string | undefined
  try {
    // Lambda sends undefined as null.
    json = JSON.stringify(result === undefined ? null : result)
  } catch {
    throw createNamedError('Runtime.JSONStringifyError', 'Unable to stringify response body')
  }
  // JSON.stringify returns undefined for a function or symbol.
  if (json === undefined) throw new TypeError('Wrong arguments')
  return json
}

async function call(event: unknown, context: object): Promise<unknown> {
  const run = handler
  if (run === undefined) throw new Error('No handler is loaded')
  if (run.length <= 2) return run(event, context)
  return new Promise((resolve, reject) => {
    run(event, context, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

function createLambdaContext(awsRequestId: string, limitMs: number): object {
  const endsAt = performance.now() + limitMs
  return {
    awsRequestId,
    functionName: FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${FUNCTION_NAME}`,
    memoryLimitInMB: '128',
    logGroupName: `/aws/lambda/${FUNCTION_NAME}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
  }
}

function toBroke(broken: Broken): readonly Broke[] {
  // The text comes from a denial, which is not thrown, so the stack trace is empty.
  if ('explanation' in broken)
    return [{ path: broken.path, error: { name: 'Explanation', message: truncate(broken.explanation) }, stack: '' }]
  const { path, thrown } = broken
  try {
    const { name, message } = describeThrown(thrown)
    return [{ path, error: { name, message: truncate(message) }, stack: thrown instanceof Error ? String(thrown.stack) : '' }]
  } catch {
    // The error cannot be described, because a getter of the thrown value threw.
    return []
  }
}

function truncate(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH)
}

function createNamedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

/** Converts a thrown value as Lambda's runtime does. If a getter of the value throws, returns the fixed message of the runtime. */
function toReportedError(thrown: unknown): FunctionError {
  try {
    return describeThrown(thrown)
  } catch {
    const unread = 'there was a problem while retrieving one or more of its message, name, and stack'
    return { name: 'handled', message: `callback called with Error argument, but ${unread}` }
  }
}

/**
 * Returns the name and message of an error. For a thrown value that is not an error, returns its type and the value as a string.
 *
 * @throws The error that a getter or `toString` of the thrown value throws.
 */
function describeThrown(thrown: unknown): FunctionError {
  return thrown instanceof Error
    ? { name: `${thrown.name}`, message: `${thrown.message}` }
    : { name: typeof thrown, message: String(thrown) }
}
