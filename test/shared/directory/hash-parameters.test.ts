import { describe, expect, it } from 'vitest'
import { parseHash, parseHashParameters } from '../../../src/shared/directory/hash-parameters.ts'

const salt = Buffer.alloc(16, 1).toString('base64').replace(/=+$/, '')
const digest = Buffer.alloc(32, 2).toString('base64').replace(/=+$/, '')
const bcryptTail = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

describe('parseHashParameters', () => {
  it.each([
    ['bcrypt:cost=10', { algorithm: 'bcrypt', cost: 10 }],
    ['argon2id:m=19456,t=2,p=1', { algorithm: 'argon2id', memoryKiB: 19_456, passes: 2, parallelism: 1 }],
    ['scrypt:ln=14,r=8,p=1', { algorithm: 'scrypt', log2N: 14, blockSize: 8, parallelism: 1 }],
    ['pbkdf2-sha256:i=600000', { algorithm: 'pbkdf2-sha256', iterations: 600_000 }],
    ['pbkdf2-sha512:i=1', { algorithm: 'pbkdf2-sha512', iterations: 1 }],
  ])('reads %s', (text, parameters) => {
    expect(parseHashParameters(text)).toEqual(parameters)
  })

  it.each([
    ['', 'unknown algorithm; expected bcrypt, argon2id'],
    ['md5:i=1', 'unknown algorithm'],
    ['constructor:i=1', 'unknown algorithm'],
    ['bcrypt', 'unknown parameter of bcrypt; expected cost'],
    ['bcrypt:cost=3', 'cost of bcrypt must be a whole number from 4 to 16'],
    ['bcrypt:cost=17', 'cost of bcrypt must be a whole number from 4 to 16'],
    ['bcrypt:cost=1e1', 'cost of bcrypt must be a whole number'],
    ['bcrypt:cost=10=', 'cost of bcrypt must be a whole number'],
    ['bcrypt:cost=10:', 'not a cost of hashes'],
    ['bcrypt:cost=10,m=1', 'unknown parameter of bcrypt; expected cost'],
    ['argon2id:m=19456,t=2', 'p of argon2id must be a whole number from 1 to 16'],
    ['argon2id:m=15,t=1,p=2', 'm of argon2id must be at least 8 times p'],
    ['scrypt:ln=20,r=32,p=1', 'scrypt needs more than 1 GiB of memory'],
    ['pbkdf2-sha256:i=0', 'i of pbkdf2-sha256 must be a whole number from 1'],
  ])('reports why %j is invalid', (text, problem) => {
    expect(parseHashParameters(text)).toEqual({ problem: expect.stringContaining(problem) })
  })
})

describe('parseHash', () => {
  it.each(['2a', '2b', '2y'])('reads a bcrypt hash that starts with $%s$', (version) => {
    const parsed = parseHash(`$${version}$05$${bcryptTail}`)
    expect(parsed).toMatchObject({ parameters: { algorithm: 'bcrypt', cost: 5 } })
    const { salt: half = '', digest: rest = '' } = { salt: undefined, digest: undefined, ...parsed }
    expect(`${half}${rest}`).toBe(`$${version}$05$${bcryptTail}`)
  })

  it.each([
    [`$argon2id$v=19$m=8,t=1,p=1$${salt}$${digest}`, { algorithm: 'argon2id', memoryKiB: 8, passes: 1, parallelism: 1 }],
    [`$argon2id$v=19$t=1,p=1,m=8$${salt}$${digest}`, { algorithm: 'argon2id', memoryKiB: 8, passes: 1, parallelism: 1 }],
    [`$scrypt$ln=1,r=1,p=1$${salt}$${digest}`, { algorithm: 'scrypt', log2N: 1, blockSize: 1, parallelism: 1 }],
    [`$pbkdf2-sha256$1$${salt}$${digest}`, { algorithm: 'pbkdf2-sha256', iterations: 1 }],
    [`$pbkdf2-sha512$i=7,l=32$${salt}=$${digest}=`, { algorithm: 'pbkdf2-sha512', iterations: 7 }],
  ])('reads the PHC string %s', (hash, parameters) => {
    expect(parseHash(hash)).toEqual({ parameters, salt: Buffer.alloc(16, 1), digest: Buffer.alloc(32, 2) })
  })

  it("reads passlib's base64, with a dot for a plus", () => {
    const plus = Buffer.alloc(16, 0xfb).toString('base64').replace(/=+$/, '')
    expect(plus).toContain('+')
    expect(parseHash(`$pbkdf2-sha256$1$${plus.replaceAll('+', '.')}$${digest}`)).toMatchObject({ salt: Buffer.alloc(16, 0xfb) })
  })

  it.each([
    ['', 'not a bcrypt hash or a PHC string'],
    ['secret password', 'not a bcrypt hash or a PHC string'],
    [`$2x$05$${bcryptTail}`, 'not a bcrypt hash'],
    [`$2b$05$${bcryptTail}\n`, 'not a bcrypt hash'],
    [`$2b$31$${bcryptTail}`, 'cost of bcrypt must be a whole number from 4 to 16'],
    [`$argon2i$v=19$m=8,t=1,p=1$${salt}$${digest}`, 'not a bcrypt hash or a PHC string of argon2id'],
    [`$argon2id$v=16$m=8,t=1,p=1$${salt}$${digest}`, 'argon2id with another version than 19'],
    [`$argon2id$v=19$m=8,t=1,p=1,keyid=1$${salt}$${digest}`, 'unknown parameter of argon2id'],
    [`$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`, 'm of argon2id must be'],
    [`$argon2id$v=19$m=8,t=1,p=1$${salt}$`, 'not a bcrypt hash'],
    [`$scrypt$ln=1,r=1,p=1$${salt}$AAAA`, 'the digest must be 16 to 256 bytes'],
    [`$scrypt$ln=1,r=1,p=1$AAAA$${digest}`, 'the salt must be 8 to 256 bytes'],
    [`$scrypt$ln=1,r=1,p=1$${salt}$${digest}!`, 'the digest must be 16 to 256 bytes'],
    [`$pbkdf2-sha1$1$${salt}$${digest}`, 'not a bcrypt hash'],
    [`$pbkdf2-sha256$99999999$${salt}$${digest}`, 'i of pbkdf2-sha256 must be'],
    ['pbkdf2_sha256$1$salt$digest', 'not a bcrypt hash'],
  ])('reports why %j cannot be checked, without a part of it', (hash, problem) => {
    const parsed = parseHash(hash)
    expect(parsed).toEqual({ problem: expect.stringContaining(problem) })
    expect(JSON.stringify(parsed)).not.toMatch(/secret|CCCC|AQEB|AgIC/)
  })
})
