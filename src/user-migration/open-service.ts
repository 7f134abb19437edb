import { type Directory, httpDirectory } from 'cognito-lifeguard/directory'
import type { UserMigrationSettings } from './settings.ts'

/** Opens the HTTP service. */
export function openService({ LEGACY_URL: url = '', LEGACY_TOKEN: token }: UserMigrationSettings): Directory {
  return httpDirectory({ url, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) })
}
