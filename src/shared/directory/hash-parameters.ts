/** The cost of a password hash, with the limits of its algorithm. */
export type HashParameters =
  | { readonly algorithm: 'bcrypt'; readonly cost: number }
  | { readonly algorithm: 'argon2id'; readonly memoryKiB: number; readonly passes: number; readonly parallelism: number }
  | { readonly algorithm: 'scrypt'; readonly log2N: number; readonly blockSize: number; readonly parallelism: number }
  | { readonly algorithm: 'pbkdf2-sha256' | 'pbkdf2-sha512'; readonly iterations: number }

/** The names of the algorithms. */
export type HashAlgorithm = HashParameters['algorithm']

/** A parsed password hash. The salt and the digest of bcrypt are parts of its text, because its library reads and writes text. */
export interface ParsedHash {
  readonly parameters: HashParameters
  readonly salt: Buffer
  readonly digest: Buffer
}

/** The reason why a hash cannot be read or computed. Contains no part of the hash. */
export interface HashProblem {
  readonly problem: string
}

/** Examples of the notation of {@link parseHashParameters}. */
export const HASH_EXAMPLES =
  "'bcrypt:cost=10', 'argon2id:m=19456,t=2,p=1', 'scrypt:ln=14,r=8,p=1' or 'pbkdf2-sha256:i=600000', in the parameter names of PHC strings"

// More does not end within the 5 s of Cognito, or does not fit into the memory of a function. A larger value in a table is an error of it.
const MOST = { cost: 16, m: 1_048_576, t: 64, p: 16, ln: 20, r: 32, i: 10_000_000 } as const
const LEAST = { cost: 4, m: 8, t: 1, p: 1, ln: 1, r: 1, i: 1 } as const
type Key = keyof typeof MOST

/**
 * Parses the cost of hashes, in a notation without `$`, for a setting.
 *
 * @returns The parameters, or the reason why the text is invalid.
 * @example
 * parseHashParameters('bcrypt:cost=10') // { algorithm: 'bcrypt', cost: 10 }
 */
export function parseHashParameters(text: string): HashParameters | HashProblem {
  const [algorithm = '', parameters = '', ...rest] = text.split(':')
  return rest.length > 0 ? { problem: 'not a cost of hashes' } : readParameters(algorithm, readNumbers(parameters))
}

const BCRYPT = /^(\$2[aby]\$(\d\d)\$[./A-Za-z\d]{22})([./A-Za-z\d]{31})$/
const ARGON2ID = /^\$argon2id\$v=(\d+)\$([a-z]+=\d+(?:,[a-z]+=\d+)*)\$([^$]+)\$([^$]+)$/
const SCRYPT = /^\$scrypt\$([a-z]+=\d+(?:,[a-z]+=\d+)*)\$([^$]+)\$([^$]+)$/
// `i=600000` in PHC strings, `600000` alone in hashes of Python's passlib. The length `l` follows from the digest.
const PBKDF2 = /^\$(pbkdf2-sha(?:256|512))\$(?:i=)?(\d+)(?:,l=\d+)?\$([^$]+)\$([^$]+)$/

/**
 * Parses a password hash: a PHC string of argon2id, scrypt or PBKDF2, or bcrypt's own format.
 *
 * @returns The parsed hash, or the reason why it is not supported. The reason has no part of the hash.
 * @see https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
 */
export function parseHash(hash: string): ParsedHash | HashProblem {
  const [, bcryptSalt = '', cost, bcryptDigest = ''] = BCRYPT.exec(hash) ?? []
  if (cost !== undefined)
    return toHash(readParameters('bcrypt', { cost: Number(cost) }), { salt: Buffer.from(bcryptSalt), digest: Buffer.from(bcryptDigest) })
  const [, version, argon2, ...argon2Parts] = ARGON2ID.exec(hash) ?? []
  if (argon2 !== undefined) {
    if (version !== '19') return { problem: 'argon2id with another version than 19' }
    return toHash(readParameters('argon2id', readNumbers(argon2)), decodeParts(argon2Parts))
  }
  const [, scrypt, ...scryptParts] = SCRYPT.exec(hash) ?? []
  if (scrypt !== undefined) return toHash(readParameters('scrypt', readNumbers(scrypt)), decodeParts(scryptParts))
  const [, pbkdf2, iterations, ...pbkdf2Parts] = PBKDF2.exec(hash) ?? []
  if (pbkdf2 !== undefined) return toHash(readParameters(pbkdf2, { i: Number(iterations) }), decodeParts(pbkdf2Parts))
  return { problem: 'not a bcrypt hash or a PHC string of argon2id, scrypt, pbkdf2-sha256 or pbkdf2-sha512' }
}

interface Parts {
  readonly salt: Buffer
  readonly digest: Buffer
}

function toHash(parameters: HashParameters | HashProblem, parts: Parts | HashProblem): ParsedHash | HashProblem {
  if ('problem' in parameters) return parameters
  return 'problem' in parts ? parts : { parameters, ...parts }
}

function readNumbers(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    text.split(',').map((each) => {
      const [name = '', value = '', ...rest] = each.split('=')
      return [name, rest.length === 0 && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN]
    }),
  )
}

const KEYS: Readonly<Record<HashAlgorithm, readonly Key[]>> = {
  bcrypt: ['cost'],
  argon2id: ['m', 't', 'p'],
  scrypt: ['ln', 'r', 'p'],
  'pbkdf2-sha256': ['i'],
  'pbkdf2-sha512': ['i'],
}

function readParameters(algorithm: string, numbers: Readonly<Record<string, number>>): HashParameters | HashProblem {
  if (!isAlgorithm(algorithm)) return { problem: `unknown algorithm; expected ${Object.keys(KEYS).join(', ')}` }
  const keys = KEYS[algorithm]
  const extra = Object.keys(numbers).find((name) => !keys.some((key) => key === name))
  if (extra !== undefined) return { problem: `unknown parameter of ${algorithm}; expected ${keys.join(', ')}` }
  const wrong = keys.find((key) => !isWithin(key, numbers[key]))
  if (wrong !== undefined) return { problem: `${wrong} of ${algorithm} must be a whole number from ${LEAST[wrong]} to ${MOST[wrong]}` }
  const { cost = 0, m = 0, t = 0, p = 0, ln = 0, r = 0, i = 0 } = numbers
  if (algorithm === 'bcrypt') return { algorithm, cost }
  if (algorithm === 'argon2id') {
    if (m < 8 * p) return { problem: 'm of argon2id must be at least 8 times p' }
    return { algorithm, memoryKiB: m, passes: t, parallelism: p }
  }
  if (algorithm === 'scrypt') {
    if (128 * 2 ** ln * r > MOST.m * 1024) return { problem: 'scrypt needs more than 1 GiB of memory' }
    return { algorithm, log2N: ln, blockSize: r, parallelism: p }
  }
  return { algorithm, iterations: i }
}

function isAlgorithm(name: string): name is HashAlgorithm {
  return Object.hasOwn(KEYS, name)
}

function isWithin(key: Key, value: number | undefined): boolean {
  return value !== undefined && value >= LEAST[key] && value <= MOST[key]
}

const LEAST_SALT = 8
// A shorter digest could match by chance, and an empty one matches every password.
const LEAST_DIGEST = 16
const MOST_BYTES = 256

function decodeParts([salt = '', digest = '']: readonly string[]): Parts | HashProblem {
  const parts = { salt: decodeBase64(salt), digest: decodeBase64(digest) }
  if (parts.salt.length < LEAST_SALT || parts.salt.length > MOST_BYTES)
    return { problem: `the salt must be ${LEAST_SALT} to ${MOST_BYTES} bytes in base64` }
  if (parts.digest.length < LEAST_DIGEST || parts.digest.length > MOST_BYTES)
    return { problem: `the digest must be ${LEAST_DIGEST} to ${MOST_BYTES} bytes in base64` }
  return parts
}

/** Decodes base64, also passlib's variant with `.` for `+`. Returns no bytes for another text, because Node skips wrong characters. */
function decodeBase64(text: string): Buffer {
  return /^[A-Za-z\d+/.]*={0,2}$/.test(text) ? Buffer.from(text.replaceAll('.', '+'), 'base64') : Buffer.alloc(0)
}
