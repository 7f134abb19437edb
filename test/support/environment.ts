import { expect, vi } from 'vitest'
import { isSetting } from '../../src/tools/lib/environment.ts'

/** Takes out what a test must not inherit from the shell it runs in: the settings of handlers, and those of AWS. */
export function unsetLifeguard(): void {
  for (const name of Object.keys(process.env)) if (isSetting(name) || name.startsWith('AWS_')) vi.stubEnv(name, undefined)
}

/** Sets the environment of a handler, of which nothing but these variables is then there, and lets modules be read anew. */
export function stubEnvironment(environment: Readonly<Record<string, string>>): void {
  vi.resetModules()
  unsetLifeguard()
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

/** What a handler wrote to standard error when it did not start, where the caller must read nothing of it. */
export async function captureComplaint(start: () => Promise<unknown>): Promise<string> {
  const written: string[] = []
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    await expect(start()).rejects.toThrow(/^Something went wrong, please try again later$/)
    return written.join('')
  } finally {
    spy.mockRestore()
  }
}

/** The environment by which an SDK client finds a local service. */
export function endpointEnvironment(services: { readonly dynamodb?: string; readonly ses?: string }): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...(services.dynamodb !== undefined && { AWS_ENDPOINT_URL_DYNAMODB: services.dynamodb }),
    ...(services.ses !== undefined && { AWS_ENDPOINT_URL_SES: services.ses }),
  }
}
