import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** The only key of the local KMS. Its secret is fixed, so that encrypted sample events stay valid. */
export const LOCAL_KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-4333-8444-555555555555'

/** The encryption context of a data key. */
export type EncryptionContext = Readonly<Record<string, string>>

const secret = createHash('sha256').update('the secret of the local KMS').digest()
const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Encrypts a data key. The result starts with the initialisation vector and the tag. */
export function wrapKey(plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, secret, iv).setAAD(toBytes(context))
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted])
}

/** Decrypts a data key. Returns undefined if it was not encrypted here, or with another context. */
export function unwrapKey(wrapped: Uint8Array, context: EncryptionContext): Uint8Array | undefined {
  const [iv, tag] = [wrapped.subarray(0, IV_BYTES), wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)]
  try {
    const decipher = createDecipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES }).setAAD(toBytes(context)).setAuthTag(tag)
    return Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

function toBytes(context: EncryptionContext): Uint8Array {
  return Buffer.from(JSON.stringify(Object.entries(context).toSorted(([one], [two]) => (one < two ? -1 : 1))))
}
