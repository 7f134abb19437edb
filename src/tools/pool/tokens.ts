import { createHash, createPublicKey, generateKeyPair, type KeyObject, randomBytes, randomUUID, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>

/** The key with which the pools sign tokens. It is created when it is first needed. */
export interface SigningKey {
  readonly sign: (claims: Claims) => Promise<string>
  /** Returns the claims of a token with a valid signature. Returns undefined for any other text. Does not check the time. */
  readonly verify: (token: string) => Promise<Claims | undefined>
  /** Returns the key set for `/.well-known/jwks.json`. */
  readonly jwks: () => Promise<{ readonly keys: readonly object[] }>
  /** Returns the private key in PKCS 8, for the state file. Undefined if no token was signed yet. */
  readonly exported: () => Promise<string | undefined>
}

interface Key {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly kid: string
}

/** Creates a signing key, or reads the one of a state file. */
export function createSigningKey(saved?: KeyObject): SigningKey {
  let creating: Promise<Key> | undefined
  const key = (): Promise<Key> => {
    creating ??= saved === undefined ? createKey() : Promise.resolve(toKey(saved, createPublicKey(saved)))
    return creating
  }
  return {
    async sign(claims) {
      const { privateKey, kid } = await key()
      const content = `${encode({ kid, alg: 'RS256' })}.${encode(claims)}`
      return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`
    },
    async verify(token) {
      const [header = '', payload = '', signature = '', more] = token.split('.')
      const { publicKey, kid } = await key()
      const head = decode(header)
      if (more !== undefined || head?.kid !== kid || head.alg !== 'RS256') return undefined
      const isValid = verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))
      return isValid ? decode(payload) : undefined
    },
    async jwks() {
      const { publicKey, kid } = await key()
      return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] }
    },
    async exported() {
      const { privateKey } = (await creating) ?? {}
      return privateKey?.export({ format: 'pem', type: 'pkcs8' }).toString()
    },
  }
}

async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return toKey(privateKey, publicKey)
}

function toKey(privateKey: KeyObject, publicKey: KeyObject): Key {
  const kid = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
  return { privateKey, publicKey, kid }
}

/** Decodes a part of a token. Returns undefined if it is not an object. */
export function decode(part: string): Claims | undefined {
  const value = tryParseJson(Buffer.from(part, 'base64url').toString('utf8'))
  return isObject(value) ? value : undefined
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Creates a refresh token. Cognito's are long and opaque too. */
export function createRefreshToken(): string {
  return randomBytes(96).toString('base64url')
}

/** Returns the hash by which the store keeps a refresh token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Creates the identifier of a token, or of a sign-in. */
export function createTokenId(): string {
  return randomUUID()
}
