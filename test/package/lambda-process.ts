import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'

/** What a function answered, or the error that Lambda would report. */
export interface Answer {
  readonly answer?: unknown
  readonly error?: { readonly name: string; readonly message: string }
}

const PROGRAM = `
process.once('message', async (event) => {
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 5000 }
  const said = await import(process.argv[1])
    .then(({ handler }) => handler(event, context))
    .then((answer) => ({ answer }), ({ name, message }) => ({ error: { name, message } }))
  process.send(said, () => process.exit())
})`

/** Runs a deployed file once, in a process of the given Node with nothing but the given environment. */
export async function runDeployed(
  node: string,
  file: string,
  environment: Readonly<Record<string, string>>,
  event: unknown,
): Promise<Answer> {
  const child = spawn(node, ['--input-type=module', '-e', PROGRAM, pathToFileURL(file).href], {
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // JSON, as Lambda's: neither undefined nor a class gets through.
    serialization: 'json',
  })
  child.send(Object(event))
  const [said] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [{ error: { name: 'Exit', message: `${code}` } }]),
  ])
  return said
}
