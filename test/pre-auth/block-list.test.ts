import { describe, expect, it } from 'vitest'
import { blockKeys } from '../../src/pre-auth/block-list.ts'

const userPoolId = 'eu-west-1_Example'
const keysOf = (user: { sub?: string; userName?: string; email?: string }) =>
  blockKeys(userPoolId, { sub: user.sub, userName: user.userName ?? '', email: user.email }).map(({ type, value }) => `${type}=${value}`)

describe('blockKeys', () => {
  it('names a user by all that is known of them', () => {
    expect(keysOf({ sub: '1', userName: 'ann', email: 'Ann@Example.COM.' })).toEqual([
      'sub=1',
      'username=ann',
      'email=ann@example.com',
      'emailDomain=example.com',
    ])
  })

  it('names the pool in each key', () => {
    const keys = blockKeys(userPoolId, { sub: '1', userName: 'ann', email: 'ann@example.com' })
    expect(keys.map((key) => key.userPoolId)).toEqual([userPoolId, userPoolId, userPoolId, userPoolId])
  })

  it('leaves out what is missing', () => {
    expect(keysOf({ userName: 'ann' })).toEqual(['username=ann'])
    expect(keysOf({ sub: '1' })).toEqual(['sub=1'])
    expect(keysOf({})).toEqual([])
  })

  it('keeps user names to the letter: in some pools their case tells two users apart', () => {
    expect(keysOf({ userName: 'Ann' })).toEqual(['username=Ann'])
  })

  it.each([
    { email: '"eve"@evil.com', domain: 'evil.com' },
    { email: '"a@example.com"@Evil.com.', domain: 'evil.com' },
    { email: 'a@example.com@evil.com', domain: 'evil.com' },
    { email: 'eve%example.com@evil.com', domain: 'evil.com' },
  ])('finds the domain of $email, which is no plain address', ({ email, domain }) => {
    expect(keysOf({ email })).toEqual([`emailDomain=${domain}`])
  })

  it.each(['', 'ann', 'ann@', 'ann@[127.0.0.1]', 'ann@exa mple.com', `ann@${'e'.repeat(100_000)}.com`])(
    'finds none where there is none: case %#',
    (email) => {
      expect(keysOf({ userName: 'ann', email })).toEqual(['username=ann'])
    },
  )
})
