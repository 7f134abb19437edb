import { describe } from 'vitest'
import { findInstalledClient } from './runtime-client.ts'

/** Runs a suite with AWS's own runtime client. Without the client, skips the suite and adds the reason to its title. */
export function underRuntimeClient(name: string, suite: (client: string) => void): void {
  const client = findInstalledClient()
  const title = `${name}, under AWS's runtime client`
  if ('file' in client) describe(title, () => suite(client.file))
  else describe.skip(`${title} (SKIPPED: ${client.missing})`, () => suite(''))
}
