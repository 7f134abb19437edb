import { describe, expect, it } from 'vitest'
import { readPostAuthenticationSettings } from '../../src/post-auth/settings.ts'

describe('readPostAuthenticationSettings', () => {
  it('reads every variable', () => {
    const environment = { PROFILE_TABLE: 'profiles', LOG_LEVEL: 'error', LOG_HASH_KEY: '0123456789abcdef' }
    expect(readPostAuthenticationSettings({ ...environment, PATH: '/usr/bin' })).toEqual(environment)
  })

  it.each([
    { environment: {}, problem: 'PROFILE_TABLE is missing; expected the name of the DynamoDB table of profiles' },
    { environment: { PROFILE_TABLE: '' }, problem: 'PROFILE_TABLE is missing' },
    { environment: { PROFILE_TABLE: 'profiles', LOG_HASH_KEY: 'x' }, problem: 'LOG_HASH_KEY is set to a value that is not shown' },
  ])('names the wrong variable: $problem', ({ environment, problem }) => {
    expect(() => readPostAuthenticationSettings(environment)).toThrow(problem)
  })
})
