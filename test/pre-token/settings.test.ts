import { describe, expect, it } from 'vitest'
import { type PreTokenGenerationSettings, preTokenGenerationSettings } from '../../src/pre-token/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): PreTokenGenerationSettings => readSettings(preTokenGenerationSettings, environment)

describe('preTokenGenerationSettings', () => {
  it('reads every variable', () => {
    expect(read({ BLOCK_TABLE: 'blocks' })).toEqual({ BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'deny', REFUSAL_CODES: 'own' })
    const given = { BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'allow', REFUSAL_CODES: 'all', LOG_LEVEL: 'warn' }
    expect(read({ ...given, ACCESS_TOKEN_ATTRIBUTES: 'email, custom:tenant' })).toEqual({
      ...given,
      ACCESS_TOKEN_ATTRIBUTES: ['email', 'custom:tenant'],
    })
  })

  it.each([
    { environment: {}, problem: 'BLOCK_TABLE is missing; expected the name of the DynamoDB table of blocks' },
    {
      environment: { BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'maybe' },
      problem: 'BLOCK_WHEN_UNKNOWN is "maybe"; expected one of deny, allow',
    },
    {
      environment: { BLOCK_TABLE: 'blocks', ACCESS_TOKEN_ATTRIBUTES: 'email,,custom:tenant' },
      problem: 'ACCESS_TOKEN_ATTRIBUTES has an invalid value (not shown); expected names of user attributes, separated by commas',
    },
  ])('reports the invalid variable: $problem', ({ environment, problem }) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
