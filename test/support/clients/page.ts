// The program of the page in which the clients run. The bundle sets `openClient`, `callClient` and `readCallError` in the page.
import type { AuthError } from '../../../src/client/read-auth-error.ts'
import type { PoolAddress } from '../pool.ts'
import { createAmplifyClient } from './amplify.ts'
import { callClient, type Outcome, readCallError, type TestClient } from './client.ts'
import { createIdentityClient } from './identity-js.ts'
import { createSdkClient } from './sdk.ts'

const CREATE: Readonly<Record<string, (pool: PoolAddress) => TestClient>> = {
  sdk: createSdkClient,
  'identity-js': createIdentityClient,
  amplify: createAmplifyClient,
}
const clients = new Map<string, TestClient>()

function findClient(name: string): TestClient {
  const client = clients.get(name)
  if (client === undefined) throw new Error(`The client ${name} is not open`)
  return client
}

Object.assign(globalThis, {
  openClient(name: string, pool: PoolAddress): void {
    const create = CREATE[name]
    if (create === undefined) throw new Error(`Unknown client ${name}`)
    clients.set(name, create(pool))
  },
  async callClient(name: string, method: string, args: readonly unknown[]): Promise<Outcome> {
    return callClient(findClient(name), method, args)
  },
  async readCallError(name: string, method: string, args: readonly unknown[]): Promise<AuthError | null> {
    return readCallError(findClient(name), method, args)
  },
})
