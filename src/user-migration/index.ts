export { type MigrateUsersNode, type MigrateUsersOptions, migrateUsers } from './migrate-users.ts'
export type { Migrated, MigratedStatus, WelcomeMedium } from './migrated.ts'
export { type PasswordPolicy, passwordPolicy } from './password-policy.ts'
export {
  type ForgotPasswordMigrationEvent,
  type SignInMigrationEvent,
  type UserMigration,
  type UserMigrationEvent,
  userMigration,
} from './trigger.ts'
