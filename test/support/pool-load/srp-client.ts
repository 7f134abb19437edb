import { createHash, createHmac, getDiffieHellman, randomBytes } from 'node:crypto'

// A client of its own, because the published ones need more processor time than the pool under load.
const N = toInteger(getDiffieHellman('modp15').getPrime())
const G = 2n
const K = toInteger(hash(pad(N), pad(G)))

/** The client's half of an SRP exchange. */
export interface SrpClient {
  /** The public value A, as SRP_A. */
  readonly publicValue: string
  /** Returns the answer to the challenge PASSWORD_VERIFIER. */
  readonly answer: (challenge: Readonly<Record<string, string>>, poolId: string, password: string) => Record<string, string>
}

export function createSrpClient(): SrpClient {
  const secret = toInteger(randomBytes(32))
  const publicValue = power(G, secret)
  return {
    publicValue: publicValue.toString(16),
    answer({ SALT = '', SRP_B = '', SECRET_BLOCK = '', USER_ID_FOR_SRP = '', USERNAME = '' }, poolId, password) {
      const poolName = poolId.slice(poolId.indexOf('_') + 1)
      const serverValue = BigInt(`0x${SRP_B}`)
      const u = toInteger(hash(pad(publicValue), pad(serverValue)))
      const x = toInteger(hash(pad(BigInt(`0x${SALT}`)), hash(Buffer.from(`${poolName}${USER_ID_FOR_SRP}:${password}`))))
      const base = (serverValue - ((K * power(G, x)) % N) + N) % N
      const shared = power(base, secret + u * x)
      const early = createHmac('sha256', pad(u)).update(pad(shared)).digest()
      const key = createHmac('sha256', early).update('Caldera Derived Key\u0001').digest().subarray(0, 16)
      const TIMESTAMP = formatTime(new Date())
      const signature = createHmac('sha256', key).update(`${poolName}${USER_ID_FOR_SRP}`).update(Buffer.from(SECRET_BLOCK, 'base64'))
      return {
        USERNAME,
        TIMESTAMP,
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: signature.update(TIMESTAMP).digest('base64'),
      }
    },
  }
}

/** Formats a time as clients do: `Thu Nov 5 12:00:00 UTC 2026`. */
function formatTime(date: Date): string {
  const [day = '', rest = ''] = date.toUTCString().split(', ')
  const [number, month, year, time] = rest.split(' ')
  return `${day} ${month} ${Number(number)} ${time} UTC ${year}`
}

function hash(...parts: readonly Buffer[]): Buffer {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  return sum.digest()
}

function toInteger(bytes: Buffer | Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function pad(value: bigint): Buffer {
  const hex = value.toString(16)
  const even = hex.length % 2 === 1 ? `0${hex}` : hex
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex')
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
