// The program of the page in which the clients run. The bundle sets `openClient` and `callClient` in the page.
import type { PoolAddress } from '../pool.ts'
import { createAmplifyClient } from './amplify.ts'
import { callClient, type Outcome, type TestClient } from './client.ts'
import { createIdentityClient } from './identity-js.ts'
import { createSdkClient } from './sdk.ts'

const CREATE: Readonly<Record<string, (pool: PoolAddress) => TestClient>> = {
  sdk: createSdkClient,
  'identity-js': createIdentityClient,
  amplify: createAmplifyClient,
}
const clients = new Map<string, TestClient>()

Object.assign(globalThis, {
  openClient(name: string, pool: PoolAddress): void {
    const create = CREATE[name]
    if (create === undefined) throw new Error(`Unknown client ${name}`)
    clients.set(name, create(pool))
  },
  async callClient(name: string, method: string, args: readonly unknown[]): Promise<Outcome> {
    const client = clients.get(name)
    if (client === undefined) throw new Error(`The client ${name} is not open`)
    return callClient(client, method, args)
  },
})
