import crypto from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { passwordHasher } from '../../../src/shared/directory/password-hasher.ts'

afterEach(() => {
  Reflect.set(crypto, 'argon2', argon2)
  vi.doUnmock('bcryptjs')
  vi.doUnmock('hash-wasm/dist/argon2.umd.min.js')
  vi.restoreAllMocks()
})

// Test vectors of crypt_blowfish, of the reference implementation of Argon2, of RFC 7914, and of Python's hashlib.
const VECTORS = [
  ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['argon2id', 'password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  [
    'scrypt',
    'pleaseletmein',
    '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
  ],
  ['pbkdf2-sha256', 'password', '$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdeg$LPrrFPJh8jcG2SFnhbVugOabJz9D+VZsGXS+3wMJQ3A'],
] as const

/** Removes argon2 from node:crypto, as in Node 22. */
const { argon2 } = crypto
const withoutArgon2 = (): void => void Reflect.set(crypto, 'argon2', undefined)

const CHEAPEST = {
  bcrypt: 'bcrypt:cost=4',
  argon2id: 'argon2id:m=8,t=1,p=1',
  scrypt: 'scrypt:ln=1,r=1,p=1',
  'pbkdf2-sha256': 'pbkdf2-sha256:i=1',
  'pbkdf2-sha512': 'pbkdf2-sha512:i=1',
} as const

describe('passwordHasher', () => {
  it.each(VECTORS)('accepts the right password of a published %s hash, and no other', async (algorithm, password, hash) => {
    const hasher = passwordHasher('test', CHEAPEST[algorithm])
    expect(await hasher.check(password, hash)).toBe(true)
    expect(await hasher.check(`${password}!`, hash)).toBe(false)
  })

  it('checks hashes of another algorithm than the usual one', async () => {
    const hasher = passwordHasher('test', CHEAPEST.scrypt)
    for (const [, password, hash] of [VECTORS[0], VECTORS[3]]) expect(await hasher.check(password, hash)).toBe(true)
  })

  it.each([
    ['scrypt', 'scrypt', `$scrypt$ln=1,r=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['argon2id', 'argon2', `$argon2id$v=19$m=8,t=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['pbkdf2-sha256', 'pbkdf2', `$pbkdf2-sha256$1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['pbkdf2-sha512', 'pbkdf2', `$pbkdf2-sha512$1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
  ] as const)(
    'computes one %s hash with the same parameters for an unknown user as for a wrong password',
    async (algorithm, name, hash) => {
      const called = vi.spyOn(crypto, name)
      const hasher = passwordHasher('test', CHEAPEST[algorithm])

      const results = [await hasher.check('guess', hash), await hasher.check('guess', undefined)]

      expect(results).toEqual([false, false])
      expect(called).toHaveBeenCalledTimes(2)
      const [wrong, unknown] = called.mock.calls.map((args) => args.filter((arg) => typeof arg !== 'function'))
      expect(unknown).toEqual(wrong)
    },
  )

  it('computes one bcrypt hash of the same cost for an unknown user as for a wrong password', async () => {
    const hash = vi.fn(async (_: string, salt: string) => `${salt}${'.'.repeat(31)}`)
    vi.doMock('bcryptjs', () => ({ hash }))
    const hasher = passwordHasher('test', 'bcrypt:cost=4')
    await hasher.check('guess', '$2a$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW')
    await hasher.check('guess', undefined)
    expect(hash.mock.calls.map(([password, salt]) => [password, salt.slice(3, 7), salt.length])).toEqual([
      ['guess', '$04$', 29],
      ['guess', '$04$', 29],
    ])
  })

  it('uses hash-wasm for argon2id where node:crypto has no argon2', async () => {
    withoutArgon2()
    const [, password, hash] = VECTORS[1]
    const hasher = passwordHasher('test', CHEAPEST.argon2id)
    expect(await hasher.check(password, hash)).toBe(true)
    expect(await hasher.check('guess', undefined)).toBe(false)
  })

  it.each([
    ['bcrypt', 'bcryptjs', 'bcryptjs'],
    ['argon2id', 'hash-wasm', 'hash-wasm/dist/argon2.umd.min.js'],
  ] as const)('reports at once that the package for %s is missing', async (algorithm, name, path) => {
    withoutArgon2()
    vi.doMock(path, () => {
      throw new Error('Cannot find package')
    })
    const hasher = passwordHasher('test', CHEAPEST[algorithm])
    const missing = { code: 'hash-package-missing', message: expect.stringContaining(`npm install ${name}`) }
    await expect(hasher.ready()).rejects.toMatchObject(missing)
    await expect(hasher.check('guess', undefined)).rejects.toMatchObject(missing)
  })

  it('is ready without a package for the algorithms of node:crypto', async () => {
    expect(await passwordHasher('test', CHEAPEST.scrypt).ready()).toBeUndefined()
  })

  it('throws for a hash that it cannot check, without the hash and the password', async () => {
    const hasher = passwordHasher('test', CHEAPEST.scrypt)
    const error: unknown = await hasher.check('typed-password', 'plain-password').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'hash-not-supported', message: expect.stringContaining('not a bcrypt hash') })
    expect(String(error)).not.toMatch(/typed-password|plain-password/)
  })

  it('throws a TypeError when composed with an invalid cost', () => {
    expect(() => passwordHasher('owner()', 'bcrypt')).toThrow(
      "owner(): hash: unknown parameter of bcrypt; expected cost; expected a cost such as 'bcrypt:cost=10'",
    )
  })
})
