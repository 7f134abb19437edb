import { describe, expect, it } from 'vitest'
import { type CustomChallengeSettings, customChallengeSettings } from '../../src/custom-challenge/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): CustomChallengeSettings => readSettings(customChallengeSettings, environment)
const required = {
  CODE_EMAIL_FROM: 'Example <sign-in@example.com>',
  CODE_APP_NAME: 'Example',
  CODE_KEY: 'a-key-of-sixteen-characters',
  LIMIT_TABLE: 'limits',
}

describe('customChallengeSettings', () => {
  it('reads every variable', () => {
    expect(read(required)).toEqual({
      ...required,
      CODE_EMAIL_FROM: { name: 'Example', address: 'sign-in@example.com' },
      SIGN_IN_STEPS: 'email-code',
      CODE_LIFETIME_SECONDS: 300,
      CODE_ATTEMPTS: 3,
      CODES_PER_HOUR: 5,
      WRONG_CODES_PER_HOUR: 5,
    })
    const others = { SIGN_IN_STEPS: 'password-and-email-code', SES_REGION: 'eu-west-1', BLOCK_TABLE: 'blocks', CODE_ATTEMPTS: '10' }
    expect(read({ ...required, ...others })).toMatchObject({ ...others, CODE_ATTEMPTS: 10 })
  })

  it.each([
    [{ CODE_KEY: 'short' }, 'CODE_KEY has an invalid value (not shown); expected a random text of at least 16 characters'],
    [{ SIGN_IN_STEPS: 'password' }, 'SIGN_IN_STEPS is "password"; expected one of email-code, password-and-email-code'],
    [{ CODE_LIFETIME_SECONDS: '10' }, 'CODE_LIFETIME_SECONDS is "10"; expected a whole number from 30 to 900'],
    [{ CODE_ATTEMPTS: '1.5' }, 'CODE_ATTEMPTS is "1.5"; expected a whole number from 1 to 10'],
    [{ CODES_PER_HOUR: '0' }, 'CODES_PER_HOUR is "0"; expected a whole number from 1 to 1000'],
    [{ LIMIT_TABLE: '' }, 'LIMIT_TABLE is missing; expected the name of the DynamoDB table of limits'],
  ])('reports an invalid variable: %j', (environment, problem) => {
    expect(() => read({ ...required, ...environment })).toThrow(problem)
  })
})
