// Runs in a process of its own, which can be killed: loads a handler and invokes it, as Lambda's runtime does.
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
// A page of HTML, say: nobody reads on.
const MAX_MESSAGE_LENGTH = 500

// An error of the AWS SDK has more than the usual ten frames before those of who called it.
Error.stackTraceLimit = 50

// Taken before the handler is loaded, which may replace it.
const write = process.stdout.write.bind(process.stdout)

// The pipe by which the parent asks and is answered.
const parent = new Socket({ fd: 3 })
const answer = parent.write.bind(parent)

// Ctrl-C reaches the whole group of processes. The parent decides when this one ends, and tells so by closing the pipe.
process.on('SIGINT', () => undefined)
parent.on('error', () => undefined)
parent.on('close', () => process.exit())

let handler: LambdaFunction | undefined
let observe: Observe | undefined
createInterface(parent).on('line', async (line) => {
  const request: Request & { readonly id: string } = JSON.parse(line)
  const reply = request.kind === 'load' ? await load(request) : await invoke(request)
  // In a line of its own, whatever the handler has written to the pipe.
  answer(`\n${formatMessage({ ...reply, id: request.id })}`)
})

async function load({ file, exported, environment }: Extract<Request, { kind: 'load' }>): Promise<Reply> {
  try {
    // biome-ignore lint/style/noProcessEnv: it is the handler's own environment, and set before the handler is there
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

/** CommonJS modules whose exports Node cannot tell beforehand have them under `default` alone. */
function findExport(module: object, name: string): unknown {
  // Every object has `constructor` and the like.
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
  // A handler that waits for what nothing will ever bring leaves Node nothing to do, and Lambda's process ends then.
  parent.unref()
  // A list of its own: a rule that ends late does not count for the next invocation.
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

/** As Lambda's runtime does it, which says nothing of what JSON could not hold. */
function serialise(result: unknown): string {
  let json: string | undefined
  try {
    // Nothing at all is sent as null.
    json = JSON.stringify(result === undefined ? null : result)
  } catch {
    throw createNamedError('Runtime.JSONStringifyError', 'Unable to stringify response body')
  }
  // Of a function, say.
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
  // A denial was not thrown anywhere: without a stack.
  if ('explanation' in broken)
    return [{ path: broken.path, error: { name: 'Explanation', message: truncate(broken.explanation) }, stack: '' }]
  const { path, thrown } = broken
  try {
    const { name, message } = describeThrown(thrown)
    return [{ path, error: { name, message: truncate(message) }, stack: thrown instanceof Error ? String(thrown.stack) : '' }]
  } catch {
    // A getter of it threw: it hides what it is.
    return []
  }
}

function truncate(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH)
}

function createNamedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

/** As Lambda's runtime does it, which has a fixed text for what cannot be read. */
function toReportedError(thrown: unknown): FunctionError {
  try {
    return describeThrown(thrown)
  } catch {
    const unread = 'there was a problem while retrieving one or more of its message, name, and stack'
    return { name: 'handled', message: `callback called with Error argument, but ${unread}` }
  }
}

/** The name and message of an error, the text of anything else. Throws where a getter does. */
function describeThrown(thrown: unknown): FunctionError {
  return thrown instanceof Error
    ? { name: `${thrown.name}`, message: `${thrown.message}` }
    : { name: typeof thrown, message: String(thrown) }
}
