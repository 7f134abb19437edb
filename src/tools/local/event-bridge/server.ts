import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../loopback.ts'

const TARGET = 'AWSEvents.PutEvents'

/**
 * Starts a local EventBridge. It supports only PutEvents. It accepts every event, on a bus of any name, and delivers none.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * @example
 * const { endpoint, stop } = await startEventBridge()
 */
export async function startEventBridge(): Promise<LocalService> {
  return listenOnLoopback(
    createServer((request, response) => {
      json(request)
        .then((body) => {
          const isKnown = request.headers['x-amz-target'] === TARGET
          const unknown = { __type: 'UnknownOperationException', message: 'The local EventBridge supports only PutEvents.' }
          response.writeHead(isKnown ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
          response.end(JSON.stringify(isKnown ? acceptEvents(body) : unknown))
        })
        // The client disconnected.
        .catch(() => response.destroy())
    }),
  )
}

function acceptEvents(body: unknown): object {
  const entries: unknown = Object(body).Entries
  const events = Array.isArray(entries) ? entries : []
  return { FailedEntryCount: 0, Entries: events.map(() => ({ EventId: randomUUID() })) }
}
