import { createHash, createHmac, getDiffieHellman, randomBytes } from 'node:crypto'
import type { PasswordHash } from './model.ts'

// The 3072-bit group of RFC 3526, which Cognito's clients use.
const N = toInteger(getDiffieHellman('modp15').getPrime('hex'))
const G = 2n
const K = toInteger(hash(pad(N), pad(G)))
const INFO = Buffer.from('Caldera Derived Key\u0001')
const KEY_BYTES = 16
const SECRET_BYTES = 32

/** The server's half of an SRP exchange, in hexadecimal digits. */
export interface SrpChallenge {
  /** The server's secret b. */
  readonly secret: string
  /** The public value B, which the client gets as SRP_B. */
  readonly publicValue: string
}

/** Everything that a client signs. */
export interface SrpProof {
  readonly poolId: string
  /** The user's name for SRP, which the client gets as USER_ID_FOR_SRP. */
  readonly userId: string
  /** The client's public value A. */
  readonly clientValue: string
  readonly challenge: SrpChallenge
  readonly secretBlock: string
  /** The time as the client sent it. */
  readonly timestamp: string
}

/** Hashes a password. A pool compares it at a sign-in with a password, and uses it at a sign-in with SRP. */
export function hashPassword(
  poolId: string,
  userId: string,
  password: string,
  salt: string = randomBytes(16).toString('hex'),
): PasswordHash {
  const inner = createHash('sha256')
    .update(`${poolName(poolId)}${userId}:${password}`)
    .digest()
  return { salt, x: hash(pad(toInteger(salt)), inner) }
}

/** Creates the server's half of an exchange. */
export function createChallenge({ x }: PasswordHash): SrpChallenge {
  const secret = randomBytes(SECRET_BYTES).toString('hex')
  const verifier = power(G, toInteger(x))
  return { secret, publicValue: ((K * verifier + power(G, toInteger(secret))) % N).toString(16) }
}

/** Returns true for a value that a client may send as SRP_A. A multiple of N would make the key independent of the password. */
export function isClientValue(value: string): boolean {
  return /^[\da-f]{1,1024}$/i.test(value) && toInteger(value) % N !== 0n
}

/**
 * Returns the signature that a client with the right password sends, in base64.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc5054
 */
export function signProof({ x }: PasswordHash, proof: SrpProof): string {
  const { poolId, userId, challenge, secretBlock, timestamp } = proof
  const clientValue = toInteger(proof.clientValue)
  const u = toInteger(hash(pad(clientValue), pad(toInteger(challenge.publicValue))))
  const shared = power(clientValue * power(power(G, toInteger(x)), u), toInteger(challenge.secret))
  const early = createHmac('sha256', pad(u)).update(pad(shared)).digest()
  const key = createHmac('sha256', early).update(INFO).digest().subarray(0, KEY_BYTES)
  const signed = createHmac('sha256', key)
    .update(`${poolName(poolId)}${userId}`)
    .update(Buffer.from(secretBlock, 'base64'))
  return signed.update(timestamp).digest('base64')
}

/** Returns the part of a pool's id that SRP uses. */
function poolName(poolId: string): string {
  return poolId.slice(poolId.indexOf('_') + 1)
}

function hash(...parts: readonly Buffer[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  return sum.digest('hex')
}

function toInteger(hex: string): bigint {
  return BigInt(`0x${hex}`)
}

/** Returns a positive integer as bytes, as Java's BigInteger does: with a zero byte before a set first bit. */
function pad(value: bigint): Buffer {
  const hex = value.toString(16)
  const even = hex.length % 2 === 1 ? `0${hex}` : hex
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex')
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % N
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N
    square = (square * square) % N
  }
  return result
}
