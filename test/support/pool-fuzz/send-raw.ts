import { connect } from 'node:net'
import { tryParseJson } from '../../../src/tools/lib/json.ts'
import type { RawRequest } from './bad-request.ts'

/** An answer to a raw request. Status 0 stands for a connection that ended without an answer. */
export interface RawAnswer {
  readonly status: number
  readonly errorHeader: string | undefined
  readonly body: unknown
}

const PATIENCE_MS = 20_000

/**
 * Sends a request over a connection of its own, byte for byte: an HTTP client would refuse to send some of these.
 *
 * @throws Error if the answer is late or missing.
 */
export function sendRaw(port: number, { method, path, headers, body, isCut }: RawRequest): Promise<RawAnswer> {
  const { host = `localhost:${port}` } = headers
  const lines = Object.entries({ ...headers, host, 'content-length': String(body.length), connection: 'close' })
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy()
      reject(new Error('The pool did not answer in time'))
    })
    socket.on('data', (chunk) => chunks.push(chunk))
    // The pool may close the connection while a long body is still being sent.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(readAnswer(Buffer.concat(chunks).toString('utf8'))))
    socket.write(head)
    if (isCut) socket.end(body.subarray(0, body.length / 2))
    else socket.write(body)
  })
}

function readAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [, status = '0'] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? []
  const [, errorHeader] = /^x-amzn-errortype: (.*)$/im.exec(head) ?? []
  const all = rest.join('\r\n\r\n')
  // A chunked body starts with its length.
  const body = /^transfer-encoding: chunked$/im.test(head) ? all.replace(/^[\da-f]+\r\n/i, '').replace(/\r\n0\r\n\r\n$/, '') : all
  return { status: Number(status), errorHeader, body: tryParseJson(body) }
}
