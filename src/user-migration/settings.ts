import {
  type Field,
  hashCost,
  type LogSettings,
  logFields,
  nonEmptyString,
  oneOf,
  optional,
  type Requirement,
  type SettingsTable,
  strings,
} from 'cognito-lifeguard/settings'

/** The settings of the user migration function, from environment variables. */
export interface UserMigrationSettings extends LogSettings {
  /** The kind of the legacy directory: a DynamoDB table of hashes, another user pool, or an HTTP service. */
  readonly LEGACY_DIRECTORY: 'table' | 'pool' | 'http'
  readonly LEGACY_TABLE?: string | undefined
  /** The cost of most hashes in the table. */
  readonly LEGACY_HASH?: string | undefined
  readonly LEGACY_POOL_ARN?: PoolArn | undefined
  readonly LEGACY_CLIENT_ID?: string | undefined
  readonly LEGACY_CLIENT_SECRET?: string | undefined
  readonly LEGACY_SECOND_FACTOR: 'reset' | 'accept'
  readonly LEGACY_URL?: string | undefined
  /** The bearer token of the HTTP service. */
  readonly LEGACY_TOKEN?: string | undefined
  /** The attributes to copy. By default, the standard attributes and all that start with `custom:`. */
  readonly LEGACY_ATTRIBUTES?: readonly string[] | undefined
  /** The minimum length of a password. A user with a shorter one must choose another. */
  readonly PASSWORD_MIN_LENGTH?: number | undefined
}

/** The region and the id in the ARN of a user pool. */
export interface PoolArn {
  readonly region: string
  readonly userPoolId: string
}

const poolArn: Field<PoolArn> = {
  expected: 'the ARN of the old user pool, such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_aBcDeFgHi',
  read: (text) => {
    const [, region, userPoolId] = /^arn:aws[a-z-]*:cognito-idp:([a-z\d-]+):\d{12}:userpool\/([\w-]+_[A-Za-z\d]+)$/.exec(text) ?? []
    return region === undefined || userPoolId === undefined ? undefined : { region, userPoolId }
  },
  example: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_aBcDeFgHi',
}

const passwordLength: Field<number> = {
  expected: 'a whole number from 6 to 99',
  read: (text) => (/^\d\d?$/.test(text) && Number(text) >= 6 ? Number(text) : undefined),
  example: '12',
}

const required = (
  is: UserMigrationSettings['LEGACY_DIRECTORY'],
  requires: keyof UserMigrationSettings & string,
  what: string,
): Requirement<UserMigrationSettings> => ({
  set: 'LEGACY_DIRECTORY',
  is,
  requires,
  expected: `${what}, because LEGACY_DIRECTORY is ${is}`,
})

/** Parsers of the settings, by environment variable. */
export const userMigrationSettings: SettingsTable<UserMigrationSettings> = {
  fields: {
    LEGACY_DIRECTORY: oneOf(['table', 'pool', 'http']),
    LEGACY_TABLE: optional(nonEmptyString('the name of the DynamoDB table of legacy users', 'legacy-users')),
    LEGACY_HASH: optional(hashCost()),
    LEGACY_POOL_ARN: optional(poolArn),
    LEGACY_CLIENT_ID: optional(nonEmptyString('the id of an app client of the old user pool', '5vq2k8h1nd7rj3m0t6b9xw4cpe')),
    LEGACY_CLIENT_SECRET: optional(nonEmptyString('the secret of that app client', 'a-secret-of-the-app-client')),
    LEGACY_SECOND_FACTOR: { ...oneOf(['reset', 'accept']), default: 'reset' },
    LEGACY_URL: optional(nonEmptyString('the https: URL of the service', 'https://legacy.example.com/users')),
    LEGACY_TOKEN: optional(nonEmptyString('the bearer token of the service', 'a-token-of-the-service')),
    LEGACY_ATTRIBUTES: optional(strings('the names of attributes', 'email,given_name')),
    PASSWORD_MIN_LENGTH: optional(passwordLength),
    ...logFields,
  },
  requirements: [
    required('table', 'LEGACY_TABLE', 'the name of the DynamoDB table of legacy users'),
    required('table', 'LEGACY_HASH', 'the cost of most hashes in the table, such as bcrypt:cost=10'),
    required('pool', 'LEGACY_POOL_ARN', poolArn.expected),
    required('pool', 'LEGACY_CLIENT_ID', 'the id of an app client of the old user pool'),
    required('http', 'LEGACY_URL', 'the https: URL of the service'),
  ],
}
