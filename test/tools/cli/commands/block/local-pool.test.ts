import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalServices, startServices } from '../../../../../src/tools/local/services.ts'
import { lifeguard } from '../../../../support/cli/lifeguard.ts'
import { startApiPool } from '../../../../support/lifeguard-pool.ts'
import { PASSWORD } from '../../../../support/managed-login.ts'

let services: LocalServices
beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
}, 120_000)
afterAll(() => services.stop())

it('finds the users of the local pool by address, sub and user name, and revokes their refresh tokens', { timeout: 120_000 }, async () => {
  const pool = await startApiPool({})
  const { sub } = pool.addUser('mary')
  const env = { ...services.environment, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: pool.pools.endpoint, BLOCK_TABLE: 'blocks' }
  const run = (...args: readonly string[]) => lifeguard([...args, '--pool', pool.pool.id], { env })
  const { body } = await pool.startAuth('USER_PASSWORD_AUTH', { USERNAME: 'mary', PASSWORD })
  const { RefreshToken } = Object(body.AuthenticationResult)

  const blocked = await run('block', 'mary@example.com', '--reason', 'spam', '--sign-out')
  const checks = [await run('blocked', '--check', sub, '--no-handlers'), await run('blocked', '--check', 'mary', '--no-handlers')]

  // The local pool does not track sessions.
  expect(blocked.stderr).toContain('The refresh tokens of mary are revoked, but the sessions of managed login may go on')
  expect(blocked.code).toBe(1)
  for (const { stdout } of checks) expect(stdout).toMatch(/^mary \(sub .*\n {2}blocked by email mary@example\.com: spam, /)
  const refresh = await pool.api('GetTokensFromRefreshToken', { ClientId: pool.client.id, RefreshToken })
  expect(refresh.body).toMatchObject({ __type: 'NotAuthorizedException', message: 'Refresh Token has been revoked' })
})
