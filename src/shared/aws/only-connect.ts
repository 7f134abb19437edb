/** A step of the SDK, which stands between a call and what comes after it. */
type Step = <Args extends { readonly request: unknown }, Answered extends { readonly response: unknown }>(
  next: (args: Args) => Promise<Answered>,
) => (args: Args) => Promise<Answered>

/** A client of the SDK, as far as its calls can be given another step. */
interface Client {
  readonly middlewareStack: { readonly clone: () => { readonly add: (step: Step, where: typeof INNERMOST) => void } }
}

/** Behind this step is the network. */
const INNERMOST = { step: 'deserialize', priority: 'low', name: 'only-connect' } as const

/**
 * The same client for a rehearsal: its calls are prepared, signed and connected, and ask for nothing. Neither their bodies nor
 * their signatures leave the process, so that nothing is written, sent or counted, while each connection stays open for the
 * next call of the client itself. To the SDK it looks as if the service had answered, so that reading an answer is rehearsed too.
 *
 * @param answer The body of every answer.
 * @param ended Ends the rehearsal: from then on nothing is called, and whoever waits for an answer waits in vain.
 */
export function onlyConnecting<C extends Client>(client: C, answer: string, ended: AbortSignal): C {
  const middlewareStack = client.middlewareStack.clone()
  middlewareStack.add(
    (next) => async (args) => {
      if (ended.aborted) return never()
      const answered = await answeredWith(answer, await next(asksForNothing(args)))
      if (ended.aborted) return never()
      return answered
    },
    INNERMOST,
  )
  return Object.create(client, { middlewareStack: { value: middlewareStack } })
}

/** An error would be dealt with, which takes time as well. */
const never = (): Promise<never> => new Promise(() => undefined)

function asksForNothing<Args extends { readonly request: unknown }>(args: Args): Args {
  const request = Object(args.request)
  const { host } = Object(request.headers)
  Object.assign(request, { method: 'GET', path: '/', query: {}, body: undefined, headers: { host } })
  return args
}

async function answeredWith<Answered extends { readonly response: unknown }>(answer: string, answered: Answered): Promise<Answered> {
  const response = Object(answered.response)
  // Until its answer is read a connection is not used again.
  await new Promise((resolve) => response.body.once('close', resolve).resume())
  Object.assign(response, { statusCode: 200, headers: {}, body: new TextEncoder().encode(answer) })
  return answered
}
