import { describe, expect, it } from 'vitest'
import { type PostAuthenticationSettings, postAuthenticationSettings } from '../../src/post-auth/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): PostAuthenticationSettings => readSettings(postAuthenticationSettings, environment)

describe('postAuthenticationSettings', () => {
  it('reads every variable', () => {
    const environment = { PROFILE_TABLE: 'profiles', LOG_LEVEL: 'error', LOG_HASH_KEY: '0123456789abcdef' }
    const welcome = { WELCOME_EMAIL_FROM: 'welcome@example.com', EFFECT_TABLE: 'effects', WELCOME_EMAIL_DELIVERY: 'at-least-once' }
    expect(read({ ...environment, ...welcome, WELCOME_SINCE: '2026-01-31', PATH: '/usr/bin' })).toEqual({
      ...environment,
      ...welcome,
      WELCOME_EMAIL_FROM: { address: 'welcome@example.com' },
      WELCOME_SINCE: new Date('2026-01-31T00:00:00.000Z'),
    })
  })

  it('uses the defaults for variables that are not set', () => {
    const environment = { PROFILE_TABLE: 'profiles', WELCOME_SINCE: '', WELCOME_EMAIL_FROM: '' }
    expect(read(environment)).toEqual({ PROFILE_TABLE: 'profiles', WELCOME_EMAIL_DELIVERY: 'at-most-once' })
  })

  it.each([
    { environment: {}, problem: 'PROFILE_TABLE is missing; expected the name of the DynamoDB table of profiles' },
    { environment: { PROFILE_TABLE: '' }, problem: 'PROFILE_TABLE is missing' },
    {
      environment: { PROFILE_TABLE: 'profiles', WELCOME_SINCE: '2026-01-31' },
      problem: 'EFFECT_TABLE is missing; expected the name of the DynamoDB table of effects, because WELCOME_SINCE is set',
    },
    {
      environment: { PROFILE_TABLE: 'profiles', INVITE_TABLE: 'invites' },
      problem: 'EFFECT_TABLE is missing; expected the name of the DynamoDB table of effects, because INVITE_TABLE is set',
    },
    {
      environment: { PROFILE_TABLE: 'profiles', WELCOME_SINCE: 'yesterday' },
      problem: 'WELCOME_SINCE is "yesterday"; expected a day from 2016 until today such as',
    },
    { environment: { PROFILE_TABLE: 'profiles', LOG_HASH_KEY: 'x' }, problem: 'LOG_HASH_KEY has an invalid value (not shown)' },
  ])('reports the invalid variable: $problem', ({ environment, problem }) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
