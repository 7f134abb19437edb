import { KMS, KmsKeyringNode, type KmsKeyringNodeInput } from '@aws-crypto/client-node'
import { READ_ATTEMPTS, RETRY_MODE, requestHandler } from '../shared/aws/client-settings.ts'
import { lazily } from '../shared/lazily.ts'
import type { Keyring } from './decrypt-code.ts'

/** Options of {@link kmsKeyring}. */
export interface KmsKeyringOptions {
  /** The ARN of the user pool's KMS key. An alias does not work, because the messages name the key. */
  readonly keyArn: string
}

const KEY_ARN = /^arn:[\w-]+:kms:([\w-]+):\d{12}:key\/[\w-]+$/

/**
 * Makes the keyring of a KMS key, with short timeouts. It can only decrypt.
 *
 * @throws TypeError if `keyArn` is not the ARN of a key.
 * @example
 * decryptCode(kmsKeyring({ keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' }))
 */
export function kmsKeyring({ keyArn }: KmsKeyringOptions): Keyring {
  const [, region] = KEY_ARN.exec(keyArn) ?? []
  if (region === undefined)
    throw new TypeError(`kmsKeyring(): keyArn is ${JSON.stringify(keyArn)}; expected the ARN of a KMS key, not of an alias`)
  const kms = lazily(() => new KMS({ region, retryMode: RETRY_MODE, maxAttempts: READ_ATTEMPTS, requestHandler }))
  return new KmsKeyringNode({ keyIds: [keyArn], clientProvider: () => decryptWith(kms) })
}

type KeyringClient = Exclude<ReturnType<NonNullable<KmsKeyringNodeInput['clientProvider']>>, false>

function decryptWith(kms: () => KMS): KeyringClient {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('kmsKeyring() can only decrypt'))
  return {
    async decrypt(request) {
      const { KeyId, Plaintext } = await kms().decrypt(request)
      return { ...(KeyId !== undefined && { KeyId }), ...(Plaintext !== undefined && { Plaintext }) }
    },
    encrypt: refuse,
    generateDataKey: refuse,
  }
}
