// A connection takes a fraction of that. Whatever hangs must not hold up the end of a process.
const WARM_MS = 1000

/** Where {@link onlyConnect} stands: behind it is the network. `override`, because lib-dynamodb adds a command's steps twice. */
export const ONLY_CONNECT = { step: 'deserialize', priority: 'low', name: 'only-connect', override: true } as const

/** For the signal of a warm-up's call. */
export function warmingSignal(): AbortSignal {
  return AbortSignal.timeout(WARM_MS)
}

/**
 * The last step of a call, which turns it into one that asks for nothing: neither its body nor its signature leave the process,
 * so that nothing is written, sent or counted, while the connection stays open for the next call. To the SDK it looks as if the
 * service had answered, so that reading an answer is warm too.
 *
 * @param answer The body of an answer to such a call.
 */
export async function onlyConnect<Args extends { readonly request: unknown }, Answered extends { readonly response: unknown }>(
  next: (args: Args) => Promise<Answered>,
  args: Args,
  answer: string,
): Promise<Answered> {
  const request = Object(args.request)
  const { host } = Object(request.headers)
  Object.assign(request, { method: 'GET', path: '/', query: {}, body: undefined, headers: { host } })
  const answered = await next(args)
  const response = Object(answered.response)
  // Until its answer is read a connection is not used again.
  response.body?.resume?.()
  Object.assign(response, { statusCode: 200, headers: {}, body: new TextEncoder().encode(answer) })
  return answered
}
