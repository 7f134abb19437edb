import { buildDecrypt, CommitmentPolicy, KeyringNode } from '@aws-crypto/client-node'
import { decodeXML } from 'entities/decode'
import { describeValue } from '../shared/rules/arguments.ts'
import { perInvocation } from '../shared/rules/condition.ts'
import { LifeguardError, toErrorReason } from '../shared/rules/errors.ts'
import type { CodeReader, Sender, SenderEvent } from '../shared/sender/sender.ts'

/** Thrown if the code of an event cannot be decrypted. Its message and its reason do not contain the code. */
export class CodeDecryptionError extends LifeguardError {
  override readonly name = 'CodeDecryptionError'
  override readonly code = 'code-not-decrypted'
  /** `no-code`, `other-user-pool`, or the code or name of the cause. */
  readonly reason: string
  constructor(reason: string, cause?: unknown) {
    super('The code of the event could not be decrypted', { cause })
    this.reason = reason
  }
}

/**
 * A keyring of the AWS Encryption SDK for Node. It is declared here, because the package's own declarations do not compile in a project
 * with `exactOptionalPropertyTypes` and without `skipLibCheck`.
 */
export interface Keyring {
  onDecrypt(material: never, encryptedDataKeys: never): Promise<unknown>
}

/** Cognito encrypts each code with one data key. */
const DATA_KEYS = 1

/**
 * Makes a reader that decrypts the codes of custom sender events with the AWS Encryption SDK. It needs the package
 * `@aws-crypto/client-node`.
 *
 * It rejects a code that Cognito encrypted for another user pool. Cognito escapes temporary passwords for HTML, and the reader unescapes
 * them. All rules of an invocation share one decryption. The code is in no event, trace or log line.
 *
 * @param keyring The keyring of the user pool's KMS key, such as `kmsKeyring({ keyArn })`.
 * @throws TypeError if the keyring is not one of `@aws-crypto/client-node`.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
 * @example
 * const code = decryptCode(kmsKeyring({ keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' }))
 * export const handler = customEmailSender(sendEmail(mailer, catalogue, { code }))
 */
export function decryptCode(keyring: Keyring): CodeReader {
  if (!(keyring instanceof KeyringNode))
    throw new TypeError(`decryptCode(): the keyring is ${describeValue(keyring)}; expected a keyring such as kmsKeyring({ keyArn })`)
  // Cognito's messages have no key commitment, which the default policy requires.
  const { decrypt } = buildDecrypt({
    commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT,
    maxEncryptedDataKeys: DATA_KEYS,
  })

  const readEvent = async ({ request, userPoolId }: SenderEvent): Promise<string> => {
    if (!request.code) throw new CodeDecryptionError('no-code')
    const { plaintext, messageHeader } = await decrypt(keyring, Buffer.from(request.code, 'base64')).catch((error: unknown) => {
      throw new CodeDecryptionError(toErrorReason(error), error)
    })
    if (messageHeader.encryptionContext['userpool-id'] !== userPoolId) throw new CodeDecryptionError('other-user-pool')
    const code = decodeXML(plaintext.toString('utf8'))
    plaintext.fill(0)
    return code
  }

  return {
    permissions: [{ actions: ['kms:Decrypt'], resource: 'KMS_KEY_ARN' }],
    read: perInvocation<Sender, string>(({ event }) => readEvent(event)),
  }
}
