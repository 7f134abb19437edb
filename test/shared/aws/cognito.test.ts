import { afterEach, expect, it, vi } from 'vitest'
import { cognitoClient } from '../../../src/shared/aws/cognito.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'

afterEach(() => vi.unstubAllEnvs())

it('makes one client, at its first use, that gives up within the time of a trigger', async () => {
  const cognito = cognitoClient()
  stubEnvironment(endpointEnvironment({}))
  const client = cognito()
  expect(cognito()).toBe(client)
  expect(await client.config.maxAttempts()).toBe(2)
  client.destroy()
})
