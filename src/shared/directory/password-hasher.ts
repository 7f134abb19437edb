/// <reference path="./hash-wasm.d.ts" />
import crypto from 'node:crypto'
import { promisify } from 'node:util'
import { LifeguardError } from '../rules/errors.ts'
import { HASH_EXAMPLES, type HashAlgorithm, type HashParameters, parseHash, parseHashParameters } from './hash-parameters.ts'

/** Thrown if a hash in the directory is invalid or too expensive. The message has no part of the hash. */
export class HashNotSupportedError extends LifeguardError {
  override readonly name = 'HashNotSupportedError'
  override readonly code = 'hash-not-supported'
  constructor(problem: string) {
    super(`The password hash of a user cannot be checked: ${problem}`)
  }
}

/** Thrown if the package of an algorithm is not installed. */
export class HashPackageMissingError extends LifeguardError {
  override readonly name = 'HashPackageMissingError'
  override readonly code = 'hash-package-missing'
  constructor(algorithm: HashAlgorithm, name: string, options: ErrorOptions) {
    super(`${algorithm} needs the package '${name}', which cannot be loaded. Install it: npm install ${name}`, options)
  }
}

/** Checks passwords against hashes. */
export interface PasswordHasher {
  /**
   * Checks a password. Without a hash, it computes one with the usual parameters, so that an unknown user takes as long as a wrong password.
   *
   * @throws HashNotSupportedError if the hash is invalid or too expensive.
   */
  readonly check: (password: string, hash: string | undefined) => Promise<boolean>
  /** Resolves when the package of the usual algorithm is loaded. Rejects with {@link HashPackageMissingError}. */
  readonly ready: () => Promise<void>
}

/**
 * Makes a hasher.
 *
 * @param usual The cost of most hashes, such as `bcrypt:cost=10`.
 * @throws TypeError if `usual` is invalid.
 */
export function passwordHasher(owner: string, usual: string): PasswordHasher {
  const parameters = parseHashParameters(String(usual))
  if ('problem' in parameters) throw new TypeError(`${owner}: hash: ${parameters.problem}; expected a cost such as ${HASH_EXAMPLES}`)
  const loaded = loadPackage(parameters.algorithm)
  // Avoids an unhandled rejection. `ready` and the first check reject with the same error.
  loaded.catch(() => undefined)
  return {
    ready: async () => void (await loaded),
    async check(password, hash) {
      if (hash === undefined) {
        await derive(await loaded, parameters, password, makeSalt(parameters), DIGEST_LENGTH)
        return false
      }
      const parsed = parseHash(hash)
      if ('problem' in parsed) throw new HashNotSupportedError(parsed.problem)
      const { salt, digest } = parsed
      const { algorithm } = parsed.parameters
      const functions = await (algorithm === parameters.algorithm ? loaded : loadPackage(algorithm))
      const derived = await derive(functions, parsed.parameters, password, salt, digest.length)
      return derived.length === digest.length && crypto.timingSafeEqual(derived, digest)
    },
  }
}

const DIGEST_LENGTH = 32

/** Returns a constant salt. It hides nothing, because its digest is compared with nothing. */
function makeSalt(parameters: HashParameters): Buffer {
  if (parameters.algorithm !== 'bcrypt') return Buffer.alloc(16)
  return Buffer.from(`$2b$${String(parameters.cost).padStart(2, '0')}$${'.'.repeat(22)}`)
}

/** The functions of the packages, for algorithms that node:crypto does not have. */
interface PackageFunctions {
  readonly bcrypt?: (password: string, salt: string) => Promise<string>
  readonly argon2id?: typeof import('hash-wasm').argon2id
}

async function loadPackage(algorithm: HashAlgorithm): Promise<PackageFunctions> {
  const explain = (name: string) => (cause: unknown) => {
    throw new HashPackageMissingError(algorithm, name, { cause })
  }
  if (algorithm === 'bcrypt') return { bcrypt: (await import('bcryptjs').catch(explain('bcryptjs'))).hash }
  // Node 22 has no argon2.
  if (algorithm === 'argon2id' && typeof crypto.argon2 !== 'function')
    return { argon2id: (await import('hash-wasm/dist/argon2.umd.min.js').catch(explain('hash-wasm'))).default.argon2id }
  return {}
}

async function derive(
  { bcrypt, argon2id }: PackageFunctions,
  parameters: HashParameters,
  password: string,
  salt: Buffer,
  length: number,
): Promise<Uint8Array> {
  switch (parameters.algorithm) {
    case 'bcrypt': {
      const text = await bcrypt?.(password, salt.toString())
      return Buffer.from(text?.slice(salt.length) ?? '')
    }
    case 'argon2id': {
      const { memoryKiB: memory, passes, parallelism } = parameters
      if (argon2id === undefined)
        return argon2('argon2id', { message: password, nonce: salt, memory, passes, parallelism, tagLength: length })
      return argon2id({ password, salt, memorySize: memory, iterations: passes, parallelism, hashLength: length, outputType: 'binary' })
    }
    case 'scrypt': {
      const { log2N, blockSize: r, parallelism: p } = parameters
      const N = 2 ** log2N
      // Node's default limit of 32 MiB is too small from N = 32768 on. Each of the p lanes needs 128 * r bytes more.
      return scrypt(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 2) })
    }
    default:
      return promisify(crypto.pbkdf2)(password, salt, parameters.iterations, length, parameters.algorithm.replace('pbkdf2-', ''))
  }
}

const scrypt = (password: string, salt: Buffer, length: number, options: crypto.ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    crypto.scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })

const argon2 = (algorithm: 'argon2id', options: crypto.Argon2Parameters): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    crypto.argon2(algorithm, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
