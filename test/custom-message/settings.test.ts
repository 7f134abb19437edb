import { describe, expect, it } from 'vitest'
import { type CustomMessageSettings, customMessageSettings } from '../../src/custom-message/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): CustomMessageSettings => readSettings(customMessageSettings, environment)

describe('customMessageSettings', () => {
  it('reads every variable', () => {
    expect(read({ MESSAGE_APP_NAME: 'Example' })).toEqual({ MESSAGE_APP_NAME: 'Example', EMAIL_SENDING: 'cognito' })
    expect(
      read({ MESSAGE_APP_NAME: 'Example', EMAIL_SENDING: 'developer', MESSAGES_PER_HOUR: '10', LIMIT_TABLE: 'limits', LOG_LEVEL: 'warn' }),
    ).toEqual({
      ...{ MESSAGE_APP_NAME: 'Example', EMAIL_SENDING: 'developer', MESSAGES_PER_HOUR: 10, LIMIT_TABLE: 'limits', LOG_LEVEL: 'warn' },
    })
  })

  it.each([
    [{}, 'MESSAGE_APP_NAME is missing; expected the name of your application, in one line'],
    [{ MESSAGE_APP_NAME: 'a\nb' }, 'MESSAGE_APP_NAME is "a\\nb"'],
    [{ MESSAGE_APP_NAME: 'x', EMAIL_SENDING: 'ses' }, 'EMAIL_SENDING is "ses"; expected one of cognito, developer'],
    [{ MESSAGE_APP_NAME: 'x', MESSAGES_PER_HOUR: '0' }, 'MESSAGES_PER_HOUR is "0"; expected a whole number from 1 to 1000'],
    [
      { MESSAGE_APP_NAME: 'x', MESSAGES_PER_HOUR: '5' },
      'LIMIT_TABLE is missing; expected the name of the DynamoDB table of limits, because',
    ],
  ])('reports the invalid variable of %j', (environment, problem) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
