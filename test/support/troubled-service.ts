import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'

/** A function that handles a call of a fake service. */
export type Behaviour = (call: { readonly body: string; readonly request: IncomingMessage; readonly response: ServerResponse }) => void

/** A fake service that counts its calls. */
export interface TroubledService extends LocalService {
  readonly calls: () => number
}

/** Starts a fake service that handles every call with one function. */
export async function startTroubledService(behave: Behaviour): Promise<TroubledService> {
  let calls = 0
  const service = await listenOnLoopback(
    createServer((request, response) => {
      calls += 1
      text(request).then(
        (body) => behave({ body, request, response }),
        () => response.destroy(),
      )
    }),
  )
  return { ...service, calls: () => calls }
}

const TYPE = 'application/x-amz-json-1.0'

/** Creates a behaviour that responds in DynamoDB's format. */
export function answering(status: number, body: object): Behaviour {
  return ({ response }) => response.writeHead(status, { 'content-type': TYPE }).end(JSON.stringify(body))
}

/** A fault that the fake DynamoDB can have. */
export type Trouble =
  | 'never responds'
  | 'resets the connection'
  | 'closes the connection'
  | 'responds with an internal error'
  | 'throttles'
  | 'stalls in the middle of its response'
  | 'dribbles the head of its response'

export const troubles: Readonly<Record<Trouble, Behaviour>> = {
  'never responds': () => undefined,
  'resets the connection': ({ request }) => request.socket.resetAndDestroy(),
  'closes the connection': ({ request }) => request.socket.destroy(),
  'responds with an internal error': answering(500, { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' }),
  throttles: answering(400, { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' }),
  'stalls in the middle of its response': ({ response }) => {
    response.writeHead(200, { 'content-type': TYPE, 'content-length': '100' }).write('{"Resp')
  },
  // Sends a byte often enough that no socket timeout fires.
  'dribbles the head of its response': ({ request: { socket } }) => {
    socket.write('HTTP/1.1 200 OK\r\nx-dribble: ')
    const timer = setInterval(() => socket.write('a'), 50)
    socket.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer))
  },
}
