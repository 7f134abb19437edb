import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CustomEmailSender } from '../../src/custom-email-sender/trigger.ts'
import { CodeDecryptionError, decryptCode } from '../../src/kms/decrypt-code.ts'
import { kmsKeyring } from '../../src/kms/kms-keyring.ts'
import type { RuleContext } from '../../src/shared/rules/trigger.ts'
import type { CodeReader } from '../../src/shared/sender/sender.ts'
import { LOCAL_KEY_ARN } from '../../src/tools/local/kms/data-key.ts'
import { encryptCode } from '../../src/tools/local/kms/encrypt-code.ts'
import { startKms } from '../../src/tools/local/kms/server.ts'
import type { LocalService } from '../../src/tools/local/loopback.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { senderContext } from '../support/sender-context.ts'

const POOL = 'us-east-1_A1b2C3d4E'

let kms: LocalService
let code: CodeReader

beforeAll(async () => {
  kms = await startKms()
  stubEnvironment({ ...endpointEnvironment({}), AWS_ENDPOINT_URL_KMS: kms.endpoint })
  code = decryptCode(kmsKeyring({ keyArn: LOCAL_KEY_ARN }))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await kms.stop()
})

const contextWith = (ciphertext: string | null): RuleContext<CustomEmailSender> =>
  senderContext({ userPoolId: POOL, request: { code: ciphertext, userAttributes: {} } })

describe('decryptCode', () => {
  it('decrypts a message of the suite that Cognito uses', async () => {
    const ciphertext = await encryptCode('123456', POOL)

    // Message version 1, type 0x80, suite 0x0378.
    expect(Buffer.from(ciphertext, 'base64').subarray(0, 4).toString('hex')).toBe('01800378')
    expect(await code.read(contextWith(ciphertext))).toBe('123456')
  })

  it('unescapes a temporary password, which Cognito escapes for HTML', async () => {
    const password = `a<b>&"c'&lt;1`

    expect(await code.read(contextWith(await encryptCode(password, POOL)))).toBe(password)
  })

  it('decrypts once for all rules of an invocation', async () => {
    const ctx = contextWith(await encryptCode('123456', POOL))

    expect(code.read(ctx)).toBe(code.read(ctx))
    expect(await code.read(ctx)).toBe('123456')
  })

  it.each<{ title: string; message: () => Promise<string | null>; reason: string | RegExp }>([
    { title: 'of another user pool', message: () => encryptCode('123456', 'us-east-1_Other'), reason: 'other-user-pool' },
    { title: 'that is missing', message: async () => null, reason: 'no-code' },
    { title: 'that is not a message', message: async () => 'someCode', reason: 'Error' },
    {
      title: 'that was changed',
      message: async () => {
        const bytes = Buffer.from(await encryptCode('123456', POOL), 'base64')
        const place = bytes.length - 120
        bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
        return bytes.toString('base64')
      },
      reason: /Error$/,
    },
  ])('throws CodeDecryptionError for a code $title, without the code', async ({ message, reason }) => {
    const error = await code.read(contextWith(await message())).catch((thrown) => thrown)

    expect(error).toBeInstanceOf(CodeDecryptionError)
    expect(error).toMatchObject({ code: 'code-not-decrypted', reason: expect.stringMatching(reason) })
    expect(String(error.cause?.stack ?? error.stack)).not.toContain('123456')
  })

  it('throws CodeDecryptionError if KMS has another key', async () => {
    const other = decryptCode(kmsKeyring({ keyArn: LOCAL_KEY_ARN.replace('11111111', '99999999') }))

    await expect(other.read(contextWith(await encryptCode('123456', POOL)))).rejects.toThrow(CodeDecryptionError)
  })

  it('throws a TypeError when it is made with another value than a keyring', () => {
    expect(() => Reflect.apply(decryptCode, undefined, ['arn:aws:kms'])).toThrow(
      'decryptCode(): the keyring is a string; expected a keyring such as kmsKeyring({ keyArn })',
    )
  })

  it('declares the permission to decrypt with the key', () => {
    expect(code.permissions).toEqual([{ actions: ['kms:Decrypt'], resource: 'KMS_KEY_ARN' }])
  })
})

describe('kmsKeyring', () => {
  it.each(['alias/codes', 'arn:aws:kms:us-east-1:111122223333:alias/codes', ''])('rejects %j, which is not the ARN of a key', (keyArn) => {
    expect(() => kmsKeyring({ keyArn })).toThrow('expected the ARN of a KMS key, not of an alias')
  })

  it('cannot encrypt', async () => {
    const { buildEncrypt, CommitmentPolicy, KmsKeyringNode } = await import('@aws-crypto/client-node')
    const keyring = kmsKeyring({ keyArn: LOCAL_KEY_ARN })
    expect(keyring).toBeInstanceOf(KmsKeyringNode)

    if (!(keyring instanceof KmsKeyringNode)) return
    const encrypting = buildEncrypt(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT).encrypt(keyring, 'text')
    await expect(encrypting).rejects.toThrow()
  })
})
