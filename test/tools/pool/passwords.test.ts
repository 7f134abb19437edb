import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Pool } from '../../../src/tools/pool/model.ts'
import { checkPolicy, createTemporaryPassword } from '../../../src/tools/pool/passwords.ts'
import { parsePoolSettings } from '../../../src/tools/pool/settings/pool-settings.ts'
import { createPool, createStore } from '../../../src/tools/pool/store.ts'

const createWithPolicy = (PasswordPolicy?: object): Pool =>
  createPool(createStore(), parsePoolSettings({ PoolName: 'test', ...(PasswordPolicy && { Policies: { PasswordPolicy } }) }), 0)

describe('the password policy', () => {
  it.each([
    ['Aa1!aaa', 'Password not long enough'],
    ['aa1!aaaa', 'Password must have uppercase characters'],
    ['AA1!AAAA', 'Password must have lowercase characters'],
    ['Aaa!aaaa', 'Password must have numeric characters'],
    ['Aa1aaaaa', 'Password must have symbol characters'],
  ])('of a new pool refuses %s', (password, problem) => {
    expect(() => checkPolicy(createWithPolicy(), password)).toThrow(`Password did not conform with policy: ${problem}`)
  })

  it.each([...'^$*.[]{}()?"!@#%&/\\,><\':;|_~`=+- '])('counts %s as a symbol', (symbol) => {
    expect(() => checkPolicy(createWithPolicy(), `Aa1aaaa${symbol}`)).not.toThrow()
  })

  it('does not count a letter of another language as a symbol', () => {
    expect(() => checkPolicy(createWithPolicy(), 'Aa1aaaaß')).toThrow('symbol characters')
  })

  it('asks only for what the pool sets, if it sets a policy', () => {
    expect(() => checkPolicy(createWithPolicy({ MinimumLength: 6 }), 'aaaaaa')).not.toThrow()
    expect(() => checkPolicy(createWithPolicy({ MinimumLength: 6 }), 'aaaaa')).toThrow('not long enough')
  })

  it('is met by every temporary password', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 99 }), (MinimumLength) => {
        const pool = createWithPolicy({
          MinimumLength,
          RequireUppercase: true,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
        })

        expect(() => checkPolicy(pool, createTemporaryPassword(pool))).not.toThrow()
      }),
    )
  })
})
