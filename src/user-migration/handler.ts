import { maskInitErrors, type TriggerHandler } from 'cognito-lifeguard'
import type { Directory } from 'cognito-lifeguard/directory'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { migrateUsers, passwordPolicy, type UserMigration, userMigration } from 'cognito-lifeguard/user-migration'
import { type UserMigrationSettings, userMigrationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(userMigrationSettings, process.env))

/** Opens the directory. Each kind has a separate chunk, so that a function loads no client that it does not use. */
async function openDirectory(): Promise<Directory> {
  switch (settings.LEGACY_DIRECTORY) {
    case 'table':
      return (await import('./open-table.ts')).openTable(settings)
    case 'pool':
      return (await import('./open-pool.ts')).openPool(settings)
    case 'http':
      return (await import('./open-service.ts')).openService(settings)
  }
}

/** The permissions of each kind. They are known before the chunk is loaded, because packaging reads them at once. */
const PERMISSIONS: Readonly<Record<UserMigrationSettings['LEGACY_DIRECTORY'], NonNullable<Directory['permissions']>>> = {
  table: [{ actions: ['dynamodb:GetItem'], resource: 'LEGACY_TABLE' }],
  pool: [{ actions: ['cognito-idp:AdminInitiateAuth', 'cognito-idp:AdminGetUser'], resource: 'LEGACY_POOL_ARN' }],
  http: [],
}

const opening = openDirectory()
// Not awaited, because `osls invoke local` cannot load a top-level await. A rejection ends the process, as an error at init does.
void maskInitErrors(() => opening)

const directory: Directory = {
  permissions: PERMISSIONS[settings.LEGACY_DIRECTORY],
  ...(settings.LEGACY_DIRECTORY === 'table' && settings.LEGACY_HASH && { hash: settings.LEGACY_HASH }),
  checkPassword: async (credentials, signal) => (await opening).checkPassword(credentials, signal),
  findUser: async (userName, signal) => (await opening).findUser(userName, signal),
}

/**
 * Migrates users from the legacy directory, at the first sign-in or after "forgot password". If the directory does not answer, the sign-in
 * fails.
 */
export const handler: TriggerHandler<UserMigration> = userMigration(
  logging(settings),
  migrateUsers(directory, {
    ...(settings.LEGACY_ATTRIBUTES && { attributes: settings.LEGACY_ATTRIBUTES }),
    ...(settings.PASSWORD_MIN_LENGTH && { requirePolicy: passwordPolicy({ minLength: settings.PASSWORD_MIN_LENGTH }) }),
  }),
)
