import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import { type LocalServices, startServices } from '../../src/tools/local/services.ts'

/**
 * Starts DynamoDB and SES for the tests of a file, and removes all stubs after each test. Call the returned function only inside
 * tests, because the services start just before them.
 */
export function useServices(): () => LocalServices {
  let services: LocalServices
  beforeAll(async () => {
    services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  })
  afterAll(() => services.stop())
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })
  return () => services
}
