import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Reply, Request } from './services-messages.ts'

/** The services that the programs call. They run in a child process. */
export interface Services {
  /** The environment variables that a program needs to call the services. */
  readonly environment: Readonly<Record<string, string>>
  /** The certificate that a program must trust, as PEM. */
  readonly certificate: string
  /**
   * Sends a request to the child process and returns its reply.
   *
   * @throws Error when the child process ended, or when the reply is not of this kind.
   */
  readonly ask: <Kind extends Reply['kind']>(request: Request, kind: Kind) => Promise<Extract<Reply, { kind: Kind }>>
  readonly stop: () => void
}

const CHILD = fileURLToPath(new URL('./services-child.ts', import.meta.url))

/**
 * Starts the services.
 *
 * @throws Error with the reason, if they cannot start.
 */
export async function startServicesApart(): Promise<Services> {
  const child = fork(CHILD, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void }[] = []
  const next = (): Promise<Reply> => new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  child.on('message', (reply: Reply) => waiting.shift()?.resolve(reply))
  // Send errors are ignored, because `close` follows and rejects the waiting calls.
  child.on('error', () => undefined)
  child.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('The embedded services ended'))
  })
  const started = await next()
  if (started.kind !== 'started') {
    child.kill()
    throw new Error(`The embedded services did not start: ${started.kind === 'failed' ? started.message : started.kind}`)
  }
  return {
    environment: started.environment,
    certificate: started.certificate,
    async ask(request, kind) {
      if (!child.connected) throw new Error('The embedded services ended')
      const replied = next()
      child.send(request)
      const reply = await replied
      if (!isReplyOfKind(reply, kind)) throw new Error(`The embedded services answered ${reply.kind} instead of ${kind}`)
      return reply
    },
    stop: () => void child.kill('SIGKILL'),
  }
}

function isReplyOfKind<Kind extends Reply['kind']>(reply: Reply, kind: Kind): reply is Extract<Reply, { kind: Kind }> {
  return reply.kind === kind
}
