import { expect, vi } from 'vitest'

/** What a deployment sets, and what a test must not inherit from the shell it runs in. */
const OURS =
  /^(ALLOWED_EMAIL_DOMAINS|DENIED_EMAIL_DOMAINS|AUTO_CONFIRM_.*|ADMIN_CREATED_USERS|FEDERATED_EMAIL|.*_TABLE|WELCOME_.*|LOG_.*|AWS_.*)$/

/** Sets the environment of a handler, of which nothing but these variables is then there, and lets modules be read anew. */
export function stubEnvironment(environment: Readonly<Record<string, string>>): void {
  vi.resetModules()
  for (const name of Object.keys(process.env)) if (OURS.test(name)) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

/** What a handler wrote to standard error when it did not start, where the caller must read nothing of it. */
export async function complaintOf(start: () => Promise<unknown>): Promise<string> {
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
