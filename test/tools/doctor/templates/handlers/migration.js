import { migrateUsers, userMigration } from '../../../../../src/user-migration/index.ts'

const directory = { checkPassword: async () => 'unknown-user', findUser: async () => undefined, permissions: [], hash: process.env.HASH }

export const handler = userMigration(migrateUsers(directory))
