import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwtBaseError } from 'aws-jwt-verify/error'
import type { JwksCache } from 'aws-jwt-verify/jwk'
import type { Claims, VerifyToken } from './answer.ts'
import type { ApiSettings } from './settings.ts'

/**
 * Creates the verifier of access tokens of one user pool on AWS. It accepts only AWS's issuer, so it never accepts a token of a local pool.
 *
 * @param jwksCache Replaces the cache of public keys, for tests. By default, the keys are fetched at the first token.
 */
export function verifyCognitoTokens({ USER_POOL_ID, CLIENT_IDS }: ApiSettings, jwksCache?: JwksCache): VerifyToken {
  const expected = { userPoolId: USER_POOL_ID, clientId: [...CLIENT_IDS], tokenUse: 'access' as const }
  const verifier = CognitoJwtVerifier.create(expected, jwksCache && { jwksCache })
  return (token) => orUndefined(verifier.verify(token))
}

/** Returns undefined for an invalid token. Throws if the keys cannot be fetched, because the token may be valid then. */
export async function orUndefined(verifying: Promise<Claims>): Promise<Claims | undefined> {
  try {
    return await verifying
  } catch (error) {
    if (error instanceof JwtBaseError && !(error instanceof FetchError)) return undefined
    throw error
  }
}
