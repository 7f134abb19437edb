import { randomBytes } from 'node:crypto'
import { AlgorithmSuiteIdentifier, buildEncrypt, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node'
import { escapeUTF8 } from 'entities/escape'
import { LOCAL_KEY_ARN, wrapKey } from './data-key.ts'

const DATA_KEY_BYTES = 32

/**
 * Encrypts a code as Cognito does for a custom sender, with the AWS Encryption SDK and suite 0x0378. The encryption context has the user
 * pool, and the local KMS encrypts the data key. The code is escaped for HTML. It needs the package `@aws-crypto/client-node`.
 *
 * @returns The message in base64, for `request.code` of an event.
 */
export async function encryptCode(code: string, userPoolId: string): Promise<string> {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('encryptCode() only creates data keys'))
  const keyring = new KmsKeyringNode({
    generatorKeyId: LOCAL_KEY_ARN,
    clientProvider: () => ({
      async generateDataKey({ EncryptionContext = {} }) {
        const Plaintext = randomBytes(DATA_KEY_BYTES)
        return { KeyId: LOCAL_KEY_ARN, Plaintext, CiphertextBlob: wrapKey(Plaintext, EncryptionContext) }
      },
      encrypt: refuse,
      decrypt: refuse,
    }),
  })
  // The suite has no key commitment, so only this policy encrypts with it.
  const { encrypt } = buildEncrypt(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
  const { result } = await encrypt(keyring, escapeUTF8(code), {
    suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384,
    encryptionContext: { 'userpool-id': userPoolId },
  })
  return result.toString('base64')
}
