import { describe, expect, it } from 'vitest'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'
import { type UserMigrationSettings, userMigrationSettings } from '../../src/user-migration/settings.ts'

const read = (environment: Environment): UserMigrationSettings => readSettings(userMigrationSettings, environment)
const table = { LEGACY_DIRECTORY: 'table', LEGACY_TABLE: 'users', LEGACY_HASH: 'bcrypt:cost=10' }
const LEGACY_POOL_ARN = 'arn:aws-us-gov:cognito-idp:us-gov-west-1:111122223333:userpool/us-gov-west-1_aBcDeFgHi'

describe('userMigrationSettings', () => {
  it('reads the settings of each kind of directory', () => {
    expect(read(table)).toEqual({ ...table, LEGACY_SECOND_FACTOR: 'reset' })
    expect(read({ LEGACY_DIRECTORY: 'pool', LEGACY_POOL_ARN, LEGACY_CLIENT_ID: 'c', LEGACY_SECOND_FACTOR: 'accept' })).toMatchObject({
      LEGACY_POOL_ARN: { region: 'us-gov-west-1', userPoolId: 'us-gov-west-1_aBcDeFgHi' },
      LEGACY_SECOND_FACTOR: 'accept',
    })
    expect(read({ LEGACY_DIRECTORY: 'http', LEGACY_URL: 'https://a.example', LEGACY_TOKEN: 't' })).toMatchObject({ LEGACY_TOKEN: 't' })
  })

  it('reads the attributes and the minimum length', () => {
    expect(read({ ...table, LEGACY_ATTRIBUTES: 'email, name', PASSWORD_MIN_LENGTH: '12' })).toMatchObject({
      LEGACY_ATTRIBUTES: ['email', 'name'],
      PASSWORD_MIN_LENGTH: 12,
    })
  })

  it.each([
    [{}, 'LEGACY_DIRECTORY is missing; expected one of table, pool, http'],
    [{ LEGACY_DIRECTORY: 'ldap' }, 'LEGACY_DIRECTORY is "ldap"; expected one of table, pool, http'],
    [
      { LEGACY_DIRECTORY: 'table' },
      'LEGACY_TABLE is missing; expected the name of the DynamoDB table of legacy users, because LEGACY_DIRECTORY',
    ],
    [{ ...table, LEGACY_HASH: '' }, 'LEGACY_HASH is missing; expected the cost of most hashes in the table, such as bcrypt:cost=10'],
    [{ ...table, LEGACY_HASH: 'md5' }, 'LEGACY_HASH is "md5"; expected the cost of hashes, such as'],
    [{ LEGACY_DIRECTORY: 'pool', LEGACY_CLIENT_ID: 'c' }, 'LEGACY_POOL_ARN is missing; expected the ARN of the old user pool'],
    [{ LEGACY_DIRECTORY: 'pool', LEGACY_POOL_ARN }, 'LEGACY_CLIENT_ID is missing'],
    [{ ...table, LEGACY_POOL_ARN: 'eu-west-1_aBcDeFgHi' }, 'LEGACY_POOL_ARN is "eu-west-1_aBcDeFgHi"; expected the ARN'],
    [{ LEGACY_DIRECTORY: 'http' }, 'LEGACY_URL is missing; expected the https: URL of the service, because LEGACY_DIRECTORY is http'],
    [{ ...table, LEGACY_ATTRIBUTES: 'email,,name' }, 'LEGACY_ATTRIBUTES is "email,,name"; expected the names of attributes'],
    [{ ...table, PASSWORD_MIN_LENGTH: '5' }, 'PASSWORD_MIN_LENGTH has an invalid value (not shown); expected a whole number from 6 to 99'],
  ])('reports %o: %s', (environment, problem) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
