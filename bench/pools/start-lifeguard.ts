// Starts a local user pool of the built package. Arguments: the URL of the compiled package, a port, and the URL of an endpoint that
// invokes functions, if there are any.
import type { Invocation } from '../../src/tools/replay/invocation.ts'

const [, , library, port, functionUrl] = process.argv

/** Loads a compiled file of the package, because users run the compiled files. They exist only after a build. */
const load = (file: string) => import(`${library}/tools/${file}.js`)

type Event = { readonly response?: object }
interface Call {
  readonly arn: string
  readonly trigger: string
  readonly event: Event
}

/** Answers at once with the empty response of the event. */
async function allow({ event }: Call) {
  const nothing = { error: null, problem: null, decision: null }
  return { outcome: 'proceed', response: event.response ?? {}, ...nothing, attempts: 1, durationMs: 0 }
}

/** Invokes a function over HTTP. */
async function invoke(name: string, event: unknown, limitMs: number): Promise<Invocation> {
  const startedAt = performance.now()
  const none = { decision: null }
  const url = `${functionUrl}/2015-03-31/functions/${name}/invocations`
  try {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(event), signal: AbortSignal.timeout(limitMs) })
    const json = await answer.text()
    const durationMs = performance.now() - startedAt
    if (!answer.headers.has('x-amz-function-error')) return { kind: 'returned', json, durationMs, ...none }
    const message = String(JSON.parse(json).errorMessage)
    return { kind: 'threw', error: { name: 'Error', message }, cause: message, refusal: true, durationMs, ...none }
  } catch {
    return { kind: 'timedOut', durationMs: performance.now() - startedAt, ...none }
  }
}

const { startPools } = await load('pool/start-pool')
if (functionUrl === undefined) await startPools({ port: Number(port), call: allow, encrypt: async (code: string) => code })
else {
  const [{ deliver }, { encryptCode }] = await Promise.all([load('replay/cognito'), load('local/kms/encrypt-code')])
  const call = ({ arn, trigger, event }: Call) => {
    const name = arn.slice(arn.lastIndexOf(':') + 1)
    return deliver({ rule: async () => undefined, invoke: (sent: unknown, limitMs: number) => invoke(name, sent, limitMs) }, trigger, event)
  }
  await startPools({ port: Number(port), call, encrypt: encryptCode })
}
