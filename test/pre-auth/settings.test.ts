import { describe, expect, it } from 'vitest'
import { type PreAuthenticationSettings, preAuthenticationSettings } from '../../src/pre-auth/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): PreAuthenticationSettings => readSettings(preAuthenticationSettings, environment)

describe('preAuthenticationSettings', () => {
  it('reads every variable', () => {
    const environment = { BLOCK_TABLE: 'blocks', REFUSAL_CODES: 'all', LOG_LEVEL: 'Error', LOG_HASH_KEY: '0123456789abcdef' }
    expect(read({ ...environment, PATH: '/usr/bin' })).toEqual({ ...environment, LOG_LEVEL: 'error' })
    expect(read({ BLOCK_TABLE: 'blocks' })).toEqual({ BLOCK_TABLE: 'blocks', REFUSAL_CODES: 'own' })
  })

  it.each([
    { environment: {}, problem: 'BLOCK_TABLE is missing; expected the name of the DynamoDB table of blocks' },
    { environment: { BLOCK_TABLE: '' }, problem: 'BLOCK_TABLE is missing' },
    { environment: { BLOCK_TABLE: 'blocks', LOG_LEVEL: 'loud' }, problem: 'LOG_LEVEL is "loud"; expected one of debug, info, warn' },
  ])('reports the invalid variable: $problem', ({ environment, problem }) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
