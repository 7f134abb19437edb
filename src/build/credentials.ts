import { insteadOf, type SdkChange } from './sdk-change.ts'

/**
 * Where a bundled AWS SDK takes credentials from, unless a client is given its own.
 *
 * - `environment`: from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, where Lambda puts those of the
 *   function's role: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 * - `container`: from there, else from the endpoint that `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `_RELATIVE_URI` names. For
 *   code that also runs in ECS or EKS, and for Lambda functions with SnapStart, which have no keys in their environment.
 *   SnapStart is not there for Node's runtimes:
 *   https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
 * - `chain`: the SDK's whole chain, with profiles, single sign-on and the shared configuration files.
 */
export type Credentials = 'environment' | 'container' | 'chain'

/** The module that stands for the SDK's chain of credential providers; undefined where that stays. */
export function credentialSource(credentials: Credentials): SdkChange | undefined {
  if (credentials === 'chain') return undefined
  return {
    file: '@aws-sdk/credential-provider-node/dist-es/defaultProvider.js',
    of: 'every client',
    apply: insteadOf(
      ['defaultProvider', 'credentialsWillNeedRefresh', 'credentialsTreatedAsExpired'],
      `${credentials === 'environment' ? ENVIRONMENT : CONTAINER}\n${EXPIRY}`,
    ),
  }
}

const EXPIRY = `
export const credentialsWillNeedRefresh = (credentials) => credentials?.expiration !== undefined
export const credentialsTreatedAsExpired = (credentials) =>
  credentialsWillNeedRefresh(credentials) && credentials.expiration.getTime() - Date.now() < 300_000`

// The SDK calls these again only when what they gave is about to expire.
const ENVIRONMENT = `
import { fromEnv } from "@aws-sdk/credential-provider-env"
import { CredentialsProviderError } from "@smithy/core/config"
export const defaultProvider = (init) => () =>
  fromEnv(init)().catch(() => {
    throw new CredentialsProviderError(
      "No credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and this bundle looks nowhere else",
      { tryNextLink: false, logger: init?.logger },
    )
  })`

const CONTAINER = `
import { fromEnv } from "@aws-sdk/credential-provider-env"
import { fromHttp } from "@aws-sdk/credential-provider-http"
import { CredentialsProviderError } from "@smithy/core/config"
export const defaultProvider = (init) => () =>
  fromEnv(init)().catch(() => {
    if (process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI || process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) return fromHttp(init)()
    throw new CredentialsProviderError(
      "No credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set, and this bundle looks nowhere else",
      { tryNextLink: false, logger: init?.logger },
    )
  })`
