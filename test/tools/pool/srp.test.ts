import { createSrpSession, signSrpSession } from 'cognito-srp-helper'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChallenge, hashPassword, isClientValue, type SrpProof, signProof } from '../../../src/tools/pool/srp.ts'

const POOL = 'us-east-1_AbCdEfGhI'
const SECRET_BLOCK = Buffer.from('the secret block').toString('base64')
// The prime of RFC 3526 in 3072 bits, as the clients have it.
const N =
  'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF'

/** Returns the signature of the client, and that which the server expects. */
function signBoth(userId: string, typed: string, stored: string, salt?: string): { readonly client: string; readonly server: string } {
  const session = createSrpSession(userId, typed, POOL, false)
  const hash = hashPassword(POOL, userId, stored, salt)
  const challenge = createChallenge(hash)
  const ChallengeParameters = {
    SALT: hash.salt,
    SECRET_BLOCK: SECRET_BLOCK,
    SRP_B: challenge.publicValue,
    USERNAME: userId,
    USER_ID_FOR_SRP: userId,
  }
  const signed = signSrpSession(session, { ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters })
  const proof: SrpProof = {
    poolId: POOL,
    userId,
    clientValue: session.largeA,
    challenge,
    secretBlock: SECRET_BLOCK,
    timestamp: signed.timestamp,
  }
  return { client: signed.passwordSignature, server: signProof(hash, proof) }
}

const texts = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).filter((text) => text.isWellFormed())

describe('SRP', () => {
  it('signs as a client with the same password does, for every name and password', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(texts, texts, (userId, password) => {
        const { client, server } = signBoth(userId, password, password)
        expect(server).toBe(client)
      }),
      { numRuns: 25 },
    )
  })

  it('signs otherwise than a client with another password', () => {
    const { client, server } = signBoth('ada', 'Wrong-Passw0rd', 'Right-Passw0rd')

    expect(server).not.toBe(client)
  })

  it.each(['1', 'abc', '0a1b2c', 'ff00', '80'.repeat(16), `0${'f'.repeat(31)}`])(
    'accepts the salt %s, of any length and first bit',
    (salt) => {
      const { client, server } = signBoth('ada', 'Right-Passw0rd', 'Right-Passw0rd', salt)

      expect(server).toBe(client)
    },
  )

  it('hashes a password with another salt each time', () => {
    const [one, two] = [hashPassword(POOL, 'ada', 'x'), hashPassword(POOL, 'ada', 'x')]

    expect(one.salt).not.toBe(two.salt)
    expect(one.x).not.toBe(two.x)
    expect(hashPassword(POOL, 'ada', 'x', one.salt)).toEqual(one)
  })

  it.each([
    ['0', false],
    ['000', false],
    [N, false],
    [(BigInt(`0x${N}`) * 2n).toString(16), false],
    ['', false],
    ['xyz', false],
    ['-1', false],
    ['f'.repeat(1025), false],
    ['1', true],
    ['abc', true],
    ['ABCDEF', true],
  ])('takes the value %s of a client: %s', (value, expected) => {
    expect(isClientValue(value)).toBe(expected)
  })
})
