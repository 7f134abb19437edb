import { describe, expect, it } from 'vitest'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'
import { type SweeperSettings, sweeperSettings } from '../../src/sweeper/settings.ts'

const read = (environment: Environment): SweeperSettings => readSettings(sweeperSettings, environment)

describe('sweeperSettings', () => {
  it('has the same settings and defaults as post confirmation', () => {
    expect(read({ PROFILE_TABLE: 'profiles', EFFECT_TABLE: 'effects' })).toEqual({
      PROFILE_TABLE: 'profiles',
      EFFECT_TABLE: 'effects',
      WELCOME_EMAIL_DELIVERY: 'at-most-once',
    })
  })

  it('requires the ledger table', () => {
    expect(() => read({ PROFILE_TABLE: 'profiles' })).toThrow('EFFECT_TABLE is missing; expected the name of the DynamoDB table')
  })
})
