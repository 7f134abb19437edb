import { expect, vi } from 'vitest'
import { isSetting } from '../../src/tools/lib/environment.ts'

/** Unsets the handler settings and AWS variables that a test would inherit from the shell. */
export function unsetLifeguard(): void {
  for (const name of Object.keys(process.env)) if (isSetting(name) || name.startsWith('AWS_')) vi.stubEnv(name, undefined)
}

/** Replaces all handler settings and AWS variables by the given ones, and resets the module cache. */
export function stubEnvironment(environment: Readonly<Record<string, string>>): void {
  vi.resetModules()
  unsetLifeguard()
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

/**
 * Returns the text that a failing handler module writes to standard error. Checks that the module throws only the masked message.
 */
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

/** Returns the environment variables with which an SDK client uses local services. */
export function endpointEnvironment(services: { readonly dynamodb?: string; readonly ses?: string }): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...(services.dynamodb !== undefined && { AWS_ENDPOINT_URL_DYNAMODB: services.dynamodb }),
    ...(services.ses !== undefined && { AWS_ENDPOINT_URL_SES: services.ses, AWS_ENDPOINT_URL_SESV2: services.ses }),
  }
}
