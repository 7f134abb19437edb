import { describe, expect, it } from 'vitest'
import { type PreTokenGenerationSettings, preTokenGenerationSettings } from '../../src/pre-token/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): PreTokenGenerationSettings => readSettings(preTokenGenerationSettings, environment)

describe('preTokenGenerationSettings', () => {
  it('reads every variable', () => {
    expect(read({ BLOCK_TABLE: 'blocks' })).toEqual({ BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'deny' })
    expect(read({ BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'allow', LOG_LEVEL: 'warn' })).toEqual({
      ...{ BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'allow', LOG_LEVEL: 'warn' },
    })
  })

  it.each([
    { environment: {}, problem: 'BLOCK_TABLE is missing; expected the name of the DynamoDB table of blocks' },
    {
      environment: { BLOCK_TABLE: 'blocks', BLOCK_WHEN_UNKNOWN: 'maybe' },
      problem: 'BLOCK_WHEN_UNKNOWN is "maybe"; expected one of deny, allow',
    },
  ])('reports the invalid variable: $problem', ({ environment, problem }) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
