import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod'
import { type LocalService, listenOnLoopback } from '../loopback.ts'
import { LOCAL_KEY_ARN, unwrapKey } from './data-key.ts'

const TARGET = 'TrentService.Decrypt'
const input = z.object({
  CiphertextBlob: z.base64(),
  EncryptionContext: z.record(z.string(), z.string()).default({}),
  KeyId: z.string().optional(),
})

interface Answer {
  readonly status: number
  readonly body: object
}

/**
 * Starts a local KMS with one key, {@link LOCAL_KEY_ARN}. It supports only Decrypt, for the codes of custom sender events.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
 * @example
 * const { endpoint, stop } = await startKms()
 */
export async function startKms(): Promise<LocalService> {
  return listenOnLoopback(
    createServer((request, response) => {
      json(request)
        .catch(() => undefined)
        .then((body) => {
          const { status, body: answer } = decrypt(request.headers['x-amz-target'], body)
          const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }
          response.writeHead(status, headers).end(JSON.stringify(answer))
        })
        // The client disconnected.
        .catch(() => response.destroy())
    }),
  )
}

function decrypt(target: unknown, body: unknown): Answer {
  if (target !== TARGET) return refuse('UnsupportedOperationException', `The local KMS supports only ${TARGET}.`)
  const { success, data } = input.safeParse(body)
  if (!success) return refuse('ValidationException', 'The request is not a valid Decrypt call.')
  if (data.KeyId !== undefined && data.KeyId !== LOCAL_KEY_ARN)
    return refuse('NotFoundException', `Key '${data.KeyId}' does not exist. The local KMS has only the key ${LOCAL_KEY_ARN}.`)
  const plaintext = unwrapKey(Buffer.from(data.CiphertextBlob, 'base64'), data.EncryptionContext)
  if (plaintext === undefined) return refuse('InvalidCiphertextException', 'The local KMS did not encrypt this, or with another context.')
  const Plaintext = Buffer.from(plaintext).toString('base64')
  return { status: 200, body: { KeyId: LOCAL_KEY_ARN, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } }
}

function refuse(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, message } }
}
