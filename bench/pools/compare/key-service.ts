import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { LOCAL_KEY_ARN, unwrapKey, wrapKey } from '../../../src/tools/local/kms/data-key.ts'

/** A key service for both pools. */
export interface KeyService {
  readonly url: string
  readonly key: string
  readonly stop: () => void
}

/**
 * Starts a key service with the calls that the AWS Encryption SDK sends: GenerateDataKey, Encrypt and Decrypt. The local KMS of the
 * package only decrypts.
 */
export async function startKeyService(): Promise<KeyService> {
  const server = createServer(async (request, response) => {
    const input = Object(await json(request))
    const context = input.EncryptionContext ?? {}
    const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    const answer = (): object => {
      const target = String(request.headers['x-amz-target'])
      if (target === 'TrentService.GenerateDataKey' || target === 'TrentService.GenerateDataKeyWithoutPlaintext') {
        const plaintext = randomBytes(input.NumberOfBytes ?? 32)
        return { Plaintext: toText(plaintext), CiphertextBlob: toText(wrapKey(plaintext, context)) }
      }
      const given = Buffer.from(String(input.Plaintext ?? input.CiphertextBlob), 'base64')
      if (target === 'TrentService.Encrypt') return { CiphertextBlob: toText(wrapKey(given, context)) }
      return { Plaintext: toText(unwrapKey(given, context) ?? Buffer.alloc(0)) }
    }
    response.end(JSON.stringify({ KeyId: LOCAL_KEY_ARN, ...answer() }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    key: LOCAL_KEY_ARN,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
