import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'

/** The answer of a function, or the error that Lambda would report. */
export interface Answer {
  readonly answer?: unknown
  readonly error?: { readonly name: string; readonly message: string }
}

const PROGRAM = `
process.once('message', async (event) => {
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => Number(process.argv[2]) }
  const said = await import(process.argv[1])
    .then(({ handler }) => handler(event, context))
    .then((answer) => ({ answer }), ({ name, message }) => ({ error: { name, message } }))
  process.send(said, () => process.exit())
})`

/** Options of {@link runDeployed}. */
export interface RunOptions {
  /** The remaining time that the function reads from its context. Default: 5000. */
  readonly timeoutMs?: number
  /** Receives the function's standard error. By default it is written to this process's standard error. */
  readonly complaint?: ((text: string) => void) | undefined
}

/** Runs a deployed file once, with the given Node binary and only the given environment. */
export async function runDeployed(
  node: string,
  file: string,
  environment: Readonly<Record<string, string>>,
  event: unknown,
  { timeoutMs = 5000, complaint = (text) => void process.stderr.write(text) }: RunOptions = {},
): Promise<Answer> {
  const child = spawn(node, ['--input-type=module', '-e', PROGRAM, pathToFileURL(file).href, `${timeoutMs}`], {
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Events and answers are passed as JSON, as in Lambda, so undefined and class instances are lost.
    serialization: 'json',
  })
  child.stderr?.setEncoding('utf8').on('data', complaint)
  child.send(Object(event))
  const [said] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [{ error: { name: 'Exit', message: `${code}` } }]),
  ])
  return said
}
