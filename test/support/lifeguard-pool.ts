import type { Context } from 'aws-lambda'
import { lambdaContext } from './lambda-context.ts'
import { type LoginOptions, startForTest, type TestLogin } from './managed-login.ts'

/** The answer of the API of a local pool. */
export interface ApiAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A local pool with managed login, and with its API. */
export interface ApiPool extends TestLogin {
  /** Sends a request. Requests of administrators are signed. */
  readonly api: (operation: string, input: Readonly<Record<string, unknown>>) => Promise<ApiAnswer>
  /** Starts a sign-in with a flow of InitiateAuth. */
  readonly startAuth: (flow: string, parameters: Readonly<Record<string, string>>) => Promise<ApiAnswer>
}

/** Settings of a handler that write no log lines. */
export const SILENT: { readonly write: () => void } = { write: () => undefined }

const SIGNATURE = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cognito-idp/aws4_request'
const FLOWS = ['USER_PASSWORD', 'CUSTOM', 'REFRESH_TOKEN'].map((flow) => `ALLOW_${flow}_AUTH`)

/** Converts a handler to a function of {@link startApiPool}. */
export function toFunction<Event>(handler: (event: Event, context: Context) => unknown): (event: Event) => unknown {
  return (event) => handler(event, lambdaContext)
}

/** Starts a local pool, and stops it at the end of the test. */
export async function startApiPool(options: LoginOptions): Promise<ApiPool> {
  const login = await startForTest({ ...options, client: { ExplicitAuthFlows: FLOWS, ...options.client } })
  const api: ApiPool['api'] = async (operation, input) => {
    const response = await fetch(login.pools.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
        authorization: SIGNATURE,
      },
      body: JSON.stringify(input),
    })
    return { status: response.status, body: Object(await response.json()) }
  }
  return {
    ...login,
    api,
    startAuth: (AuthFlow, AuthParameters) => api('InitiateAuth', { ClientId: login.client.id, AuthFlow, AuthParameters }),
  }
}
