import { documentClient } from 'cognito-lifeguard/aws'
import { type Directory, dynamoHashDirectory } from 'cognito-lifeguard/directory'
import type { UserMigrationSettings } from './settings.ts'

/** Opens the table of hashes. Rejects if the package of the hash algorithm is missing. */
export async function openTable({ LEGACY_TABLE = '', LEGACY_HASH = '' }: UserMigrationSettings): Promise<Directory> {
  const directory = dynamoHashDirectory({ documents: documentClient(), table: LEGACY_TABLE, hash: LEGACY_HASH })
  await directory.ready()
  return directory
}
