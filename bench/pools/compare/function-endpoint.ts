import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** An event as a function gets it. */
export interface SentEvent {
  readonly version?: string
  readonly region?: string
  readonly userPoolId?: string
  readonly userName?: string
  readonly triggerSource?: string
  readonly request: Readonly<Record<string, unknown>>
  readonly response: Record<string, unknown>
}

type Answer = (event: SentEvent) => unknown

/** An endpoint that invokes functions as AWS Lambda does. Both pools call it. */
export interface FunctionEndpoint {
  readonly url: string
  /** The events since the last reset, oldest first. */
  readonly events: readonly SentEvent[]
  /** Sets the function of a trigger. It returns the response, or throws. Without one, a function returns its event unchanged. */
  readonly set: (trigger: string, answer: Answer) => void
  readonly reset: () => void
  readonly stop: () => void
}

/** Starts the endpoint on a free port. */
export async function startFunctions(): Promise<FunctionEndpoint> {
  const events: SentEvent[] = []
  const answers = new Map<string, Answer>()
  const server = createServer(async (request, response) => {
    const [, name = ''] = /functions\/([^/]+)\/invocations/.exec(request.url ?? '') ?? []
    const event: SentEvent = JSON.parse(await text(request))
    events.push(event)
    try {
      const answer = answers.get(decodeURIComponent(name))
      const changed = answer === undefined ? event.response : await answer(event)
      response.end(JSON.stringify({ ...event, response: changed ?? event.response }))
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error)
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' })
      response.end(JSON.stringify({ errorType: 'Error', errorMessage }))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    events,
    set: (trigger, answer) => void answers.set(trigger, answer),
    reset: () => {
      events.length = 0
      answers.clear()
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
