import { JwtVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import { FetchError } from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import type { VerifyToken } from './answer.ts'
import type { LocalSettings } from './settings.ts'
import { orUndefined } from './verify-cognito.ts'

/** Creates the verifier of access tokens of a local pool. The deployed functions do not contain it. */
export function verifyLocalTokens({ ISSUER, CLIENT_IDS }: Pick<LocalSettings, 'ISSUER' | 'CLIENT_IDS'>): VerifyToken {
  const verifier = JwtVerifier.create(
    {
      issuer: ISSUER,
      jwksUri: `${ISSUER}/.well-known/jwks.json`,
      // Access tokens of Cognito have no audience. Their app client is in `client_id`.
      audience: null,
      customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, { tokenUse: 'access', clientId: [...CLIENT_IDS] }),
    },
    // The fetcher of the library accepts only https.
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  )
  return (token) => orUndefined(verifier.verify(token))
}

async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri).catch((error: unknown) => {
    throw new FetchError(uri, error)
  })
  if (!response.ok) throw new FetchError(uri, `status ${response.status}`)
  return response.arrayBuffer()
}
