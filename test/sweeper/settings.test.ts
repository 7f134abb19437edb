import { describe, expect, it } from 'vitest'
import { readSweeperSettings } from '../../src/sweeper/settings.ts'

describe('the settings of the sweeper', () => {
  it('are those of post confirmation', () => {
    expect(readSweeperSettings({ PROFILE_TABLE: 'profiles', EFFECT_TABLE: 'effects' })).toEqual({
      PROFILE_TABLE: 'profiles',
      EFFECT_TABLE: 'effects',
      WELCOME_EMAIL_CUT_OFF: 'at-most-once',
    })
  })

  it('need a ledger in any case', () => {
    expect(() => readSweeperSettings({ PROFILE_TABLE: 'profiles' })).toThrow(
      'EFFECT_TABLE is missing; expected the name of the DynamoDB table',
    )
  })
})
