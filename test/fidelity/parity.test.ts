import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Invocation } from '../../src/tools/replay/invocation.ts'
import { createLambdaFunction } from '../../src/tools/replay/lambda.ts'
import { type Exit, type Outcome, startSandbox } from '../support/fidelity/sandbox.ts'
import { underRuntimeClient } from '../support/fidelity/under-client.ts'

/** The source code of handlers, by behaviour. Some errors count the invocations, which shows whether a process is reused. */
const handlers: Readonly<Record<string, string>> = {
  'answers with the event': 'export const handler = async (event) => event',
  'answers without waiting': 'export const handler = (event) => ({ ...event, response: { autoConfirmUser: true } })',
  'answers with undefined': 'export const handler = async () => undefined',
  'answers with values that JSON drops': 'export const handler = async (event) => ({ ...event, none: undefined, not: NaN, f() {} })',
  'answers with a circular object': 'export const handler = async (event) => { event.self = event; return event }',
  'answers with a bigint': 'export const handler = async () => ({ big: 1n })',
  'answers with a function': 'export const handler = async () => () => undefined',
  'throws an error': 'let n = 0\nexport const handler = async () => { throw new TypeError("asked " + ++n) }',
  'throws synchronously': 'let n = 0\nexport const handler = () => { throw new Error("asked " + ++n) }',
  'throws an error with a custom name':
    'class Denied extends Error { name = "NoSeatsLeft" }\nexport const handler = async () => { throw new Denied("é \\u{1D11E} <b>\\n") }',
  'throws an error without a message': 'export const handler = async () => { throw new Error() }',
  'throws an object that looks like an error': 'export const handler = async () => { throw { name: "Error", message: "not one" } }',
  'throws a string': 'export const handler = async () => { throw "just a text" }',
  'throws undefined': 'export const handler = async () => { throw undefined }',
  'exits with code 3': 'export const handler = async () => process.exit(3)',
  'exits with code 0': 'export const handler = async () => process.exit(0)',
  'kills its process':
    'export const handler = async () => { process.kill(process.pid, "SIGKILL"); await new Promise((r) => setTimeout(r, 60000)) }',
  'throws in a timer callback': 'export const handler = () => new Promise(() => setTimeout(() => { throw new Error("late") }, 1))',
  'has an unhandled rejection':
    'export const handler = async (event) => { Promise.reject(new Error("late")); await new Promise((r) => setTimeout(r, 60000)); return event }',
  'waits for a promise that never settles, with an empty event loop': 'export const handler = () => new Promise(() => undefined)',
  'waits for a promise that never settles': 'export const handler = () => new Promise(() => setInterval(() => undefined, 1000))',
  'blocks the event loop': 'export const handler = () => { for (;;); }',
  'throws an error while it is loaded': 'throw new RangeError("ALLOWED_EMAIL_DOMAINS is missing\\nIt holds domains")',
  'throws a string while it is loaded': 'throw "not ready"',
  'exits while it is loaded': 'process.exit(4)',
  'has a syntax error': 'export const handler = async (event) => {',
  'imports a missing file': 'import "./nowhere.js"\nexport const handler = async (event) => event',
}

/** The result of an invocation in Lambda or in replay, in a common format. */
type Told = { readonly kind: string; readonly json?: string; readonly name?: string; readonly message?: string }

// Long enough for every handler that ends by itself, even on a busy machine.
const LIMIT_MS = 10_000
const HANGING_MS = 500
const hanging = ['waits for a promise that never settles', 'blocks the event loop']
const event = { version: '1', triggerSource: 'PreSignUp_SignUp', userName: 'é€𝄞\u2028', request: {}, response: {} }

underRuntimeClient('results of replay and Lambda', (client) => {
  let folder: string
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-parity-')))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Invokes the handler once, and again if the process is still running. */
  async function inLambda(file: string, limitMs = LIMIT_MS): Promise<readonly Told[]> {
    const sandbox = await startSandbox({ client, file, environment: {} })
    onTestFinished(async () => void (await sandbox.stop()))
    const first = await sandbox.invoke(event, limitMs)
    return first.kind === 'response' || first.kind === 'error'
      ? [fromLambda(first), fromLambda(await sandbox.invoke(event, limitMs))]
      : [fromLambda(first)]
  }

  async function inReplay(file: string, limitMs = LIMIT_MS, runtime?: string): Promise<readonly Told[]> {
    const ignore = (): void => undefined
    const started = createLambdaFunction({
      folder: process.cwd(),
      file,
      exported: 'handler',
      environment: {},
      runtime,
      onOutput: ignore,
      onNote: ignore,
    })
    onTestFinished(() => started.stop())
    const first = await started.invoke(event, limitMs)
    return first.kind === 'returned' || first.kind === 'threw'
      ? [fromReplay(first), fromReplay(await started.invoke(event, limitMs))]
      : [fromReplay(first)]
  }

  it.each(Object.entries(handlers))('replay returns the same result as Lambda for a handler that %s', async (name, source) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.js`)
    await writeFile(file, source)
    const limitMs = hanging.includes(name) ? HANGING_MS : LIMIT_MS
    const [lambda, replay] = await Promise.all([inLambda(file, limitMs), inReplay(file, limitMs)])
    expect(replay).toEqual(lambda)
  })

  it.each([
    ['exports no handler', 'export const handle = async (event) => event'],
    ['exports something else as its handler', 'export const handler = { handle: 1 }'],
  ])('replay returns the same error name as Lambda for a handler file that %s', async (name, source) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.js`)
    await writeFile(file, source)
    expect(await inLambda(file)).toMatchObject([{ kind: 'not started', name: 'Runtime.HandlerNotFound' }])
    expect(await inReplay(file)).toMatchObject([{ kind: 'not started', name: 'Runtime.HandlerNotFound' }])
  })

  it.each([
    ['takes a callback', 'export const handler = (event, context, callback) => callback(null, event)'],
    ['calls done of its context', 'export const handler = async (event, context) => context.done(null, event)'],
    [
      'reads succeed of its context after its answer',
      'export const handler = (event, context) => void setTimeout(() => context.succeed?.(event), 1)',
    ],
    ['answers without a promise', 'export const handler = (event) => event'],
  ])('replay for the runtime of the client returns the same result as Lambda for a handler that %s', async (name, source) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.js`)
    await writeFile(file, source)
    const [lambda, replay] = await Promise.all([inLambda(file), inReplay(file, LIMIT_MS, 'nodejs24.x')])
    expect(replay).toEqual(lambda)
  })

  it('replay accepts a handler with a callback, which Lambda rejects', async () => {
    const file = join(folder, 'callback.js')
    await writeFile(file, 'export const handler = (event, context, callback) => callback(null, event)')
    expect(await inLambda(file)).toMatchObject([{ kind: 'not started', name: 'Runtime.CallbackHandlerDeprecated' }])
    expect(await inReplay(file)).toMatchObject([{ kind: 'answered' }, { kind: 'answered' }])
  })
})

function fromLambda(outcome: Outcome): Told {
  switch (outcome.kind) {
    case 'response':
      return { kind: 'answered', json: outcome.json }
    case 'error':
      return { kind: 'threw', name: outcome.error.errorType, message: outcome.error.errorMessage }
    case 'init-error':
      return { kind: 'not started', name: outcome.error.errorType, message: outcome.error.errorMessage }
    case 'exit':
      return { kind: 'ended', name: 'Runtime.ExitError', message: `Runtime exited ${how(outcome.exit)}` }
    case 'timeout':
      return { kind: 'timed out' }
  }
}

/** Formats an exit like Lambda's error message. */
function how({ code, signal }: Exit): string {
  if (signal !== null) return `with error: signal: ${signal}`
  return code === 0 ? 'without providing a reason' : `with error: exit status ${code}`
}

function fromReplay(invocation: Invocation): Told {
  switch (invocation.kind) {
    case 'returned':
      return { kind: 'answered', json: invocation.json }
    case 'threw':
      return { kind: 'threw', ...invocation.error }
    case 'notStarted':
      // Replay reports an exit during loading as `notStarted`. Lambda reports it like any other exit.
      return { kind: invocation.error.name === 'Runtime.ExitError' ? 'ended' : 'not started', ...invocation.error }
    case 'crashed':
      return { kind: 'ended', ...invocation.error }
    case 'timedOut':
      return { kind: 'timed out' }
  }
}
