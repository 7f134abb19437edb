import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwtBaseError } from 'aws-jwt-verify/error'
import { SimpleFetcher } from 'aws-jwt-verify/https'
import { type JwksCache, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import type { UserTokenVerifier, VerifiedClaims } from '../pre-token/on-behalf-of.ts'
import { assertOptions, assertTexts, describeValue } from '../shared/rules/arguments.ts'
import { LifeguardError } from '../shared/rules/errors.ts'

/** Options of {@link cognitoTokenVerifier}. */
export interface CognitoTokenVerifierOptions {
  /** The app clients whose tokens are valid. */
  readonly clientIds: readonly string[]
  /** The kind of the users' tokens. */
  readonly tokenUse: 'access' | 'id'
  /** The user pool of the users. The default is the pool of the event. */
  readonly userPoolId?: string
  /** Replaces the cache of public keys, for tests. By default, the keys are fetched at the first token, and kept in memory. */
  readonly jwksCache?: JwksCache
}

/** Thrown if the public keys of the user pool cannot be fetched. */
export class KeysUnavailableError extends LifeguardError {
  override readonly name = 'KeysUnavailableError'
  override readonly code = 'keys-unavailable'
  constructor(cause: unknown) {
    super('The public keys of the user pool could not be fetched', { cause })
  }
}

// In milliseconds. The library's own limits, 3 s and a second attempt, are longer than Cognito waits.
const FETCH_TIMEOUTS = { timeout: 1000, responseTimeout: 1000 }

/**
 * Makes a verifier of tokens that Cognito issued to users. It uses `aws-jwt-verify`, an optional peer dependency of this package. Tokens of
 * machines are invalid.
 *
 * @throws TypeError if an option is invalid.
 * @see https://github.com/awslabs/aws-jwt-verify
 * @example
 * const verifier = cognitoTokenVerifier({ clientIds: ['web-client-id'], tokenUse: 'access' })
 * preTokenGeneration(onBehalfOf(verifier, { claims: { user_sub: 'sub' }, maxAgeSeconds: 300 }))
 */
export function cognitoTokenVerifier(options: CognitoTokenVerifierOptions): UserTokenVerifier {
  const owner = 'cognitoTokenVerifier()'
  assertOptions(owner, options, ['clientIds', 'tokenUse', 'userPoolId', 'jwksCache'])
  const { clientIds, tokenUse, userPoolId: fixed } = options
  if (!Array.isArray(clientIds))
    throw new TypeError(`${owner}: clientIds is ${describeValue(clientIds)}; expected a list of app client ids`)
  assertTexts(`${owner}: clientIds`, clientIds)
  if (tokenUse !== 'access' && tokenUse !== 'id')
    throw new TypeError(`${owner}: tokenUse is ${describeValue(tokenUse)}; expected 'access' or 'id'`)
  const jwksCache = options.jwksCache ?? new SimpleJwksCache({ fetcher: new SimpleFetcher({ defaultRequestOptions: FETCH_TIMEOUTS }) })
  return {
    async verify(token, userPoolId) {
      // The verifier keeps no state. The keys are in the cache.
      const verifier = CognitoJwtVerifier.create({ userPoolId: fixed ?? userPoolId, clientId: [...clientIds], tokenUse }, { jwksCache })
      try {
        const claims: VerifiedClaims = await verifier.verify(token)
        return isOfUser(claims) ? claims : undefined
      } catch (error) {
        // If the keys cannot be fetched, the token may be valid.
        if (error instanceof FetchError) throw new KeysUnavailableError(error)
        if (error instanceof JwtBaseError) return undefined
        throw error
      }
    },
  }
}

/** Returns true if the token has a user name. A machine token has none, and its `sub` is the id of the app client. */
function isOfUser({ username, 'cognito:username': inIdToken }: VerifiedClaims): boolean {
  return [username, inIdToken].some((name) => typeof name === 'string' && name !== '')
}
