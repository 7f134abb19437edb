import { replaceModule, type SdkChange } from './sdk-change.ts'

/**
 * Source of the credentials of a bundled AWS SDK. A client that sets its own `credentials` ignores this source.
 *
 * - `environment`: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Lambda sets them to the credentials of the
 *   function's role: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 * - `container`: the variables of `environment`, then the endpoint in `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `_RELATIVE_URI`. For code
 *   that also runs in ECS or EKS. In Lambda, only functions with SnapStart need the endpoint, and SnapStart does not support Node
 *   runtimes: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
 * - `chain`: the SDK's whole provider chain, with profiles, single sign-on and shared configuration files.
 */
export type Credentials = 'environment' | 'container' | 'chain'

/** Returns the change that replaces the SDK's chain of credential providers, or undefined for `chain`. */
export function credentialSource(credentials: Credentials): SdkChange | undefined {
  if (credentials === 'chain') return undefined
  return {
    file: '@aws-sdk/credential-provider-node/dist-es/defaultProvider.js',
    of: 'every client',
    apply: replaceModule(
      ['defaultProvider', 'credentialsWillNeedRefresh', 'credentialsTreatedAsExpired'],
      `${credentials === 'environment' ? ENVIRONMENT : CONTAINER}\n${EXPIRY}`,
    ),
  }
}

const EXPIRY = `
export const credentialsWillNeedRefresh = (credentials) => credentials?.expiration !== undefined
export const credentialsTreatedAsExpired = (credentials) =>
  credentialsWillNeedRefresh(credentials) && credentials.expiration.getTime() - Date.now() < 300_000`

// Caches credentials until shortly before they expire. The SDK itself has no cache, and requests them several times per call.
const KEPT = `
import { CredentialsProviderError } from "@smithy/core/config"
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from "@smithy/core"
import { fromEnv } from "@aws-sdk/credential-provider-env"
const kept = (provider) => memoizeIdentityProvider(provider, isIdentityExpired, doesIdentityRequireRefresh)
const missing = (what, logger) =>
  new CredentialsProviderError(\`No credentials: \${what}, and this bundle has no other credential provider\`, { tryNextLink: false, logger })`

const ENVIRONMENT = `${KEPT}
export const defaultProvider = (init) =>
  kept(() =>
    fromEnv(init)().catch(() => {
      throw missing("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", init?.logger)
    }),
  )`

const CONTAINER = `${KEPT}
import { fromHttp } from "@aws-sdk/credential-provider-http"

export const defaultProvider = (init) =>
  kept(() =>
    fromEnv(init)().catch(() => {
      if (process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI || process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) return fromHttp(init)()
      const container = "AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
      throw missing("neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor " + container + " is set", init?.logger)
    }),
  )`
