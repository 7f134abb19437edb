import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { deny, respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { findFault } from './add-claims.ts'
import type { ProtectedClaim } from './claims.ts'
import { type ClaimValue, toClaimValue } from './tokens.ts'
import type { PreTokenGeneration } from './trigger.ts'

/** The claims of a verified token. */
export type VerifiedClaims = Readonly<Record<string, unknown>>

/** Verifies tokens of users. */
export interface UserTokenVerifier {
  /**
   * Verifies the signature, the issuer, the audience and the expiry of a token, and that the token belongs to a user. Returns undefined if
   * the token is invalid.
   *
   * @param userPoolId The pool of the event.
   * @throws Error if the token cannot be verified, for example because the keys cannot be fetched.
   */
  readonly verify: (token: string, userPoolId: string, signal: AbortSignal) => Promise<VerifiedClaims | undefined>
}

/** Options of {@link onBehalfOf}. */
export interface OnBehalfOfOptions<Name extends string = string> {
  /** The names of the user token's claims, by name of the claim in the machine token. The user token must have all of them. */
  readonly claims: { readonly [Each in Name]: Each extends ProtectedClaim ? never : string }
  /** The maximum age of the user token in seconds, by its claim `iat`. */
  readonly maxAgeSeconds: number
  /** The key of the user token in the client metadata, `userToken` by default. */
  readonly metadataKey?: string
  /** Returns the time. Uses the process clock by default. */
  readonly now?: () => Date
}

/** The message of each denial. It is for the developer of the machine client, and does not say which check failed. */
export const INVALID_USER_TOKEN = 'A valid user token is required'

// The clocks of two machines may differ, so a token may seem to be issued in the future.
const SKEW_SECONDS = 60
// One code for all reasons, as the message is one message.
const CODE = { code: 'user-token-not-valid', quiet: true } as const

/**
 * Makes a rule that adds claims of a user to a machine token, so that a service can act on behalf of the user. The machine client sends the
 * user's token in `aws_client_metadata`. Client metadata is not verified by Cognito, so the rule verifies the token.
 *
 * The rule acts only on `TokenGeneration_ClientCredentials`, which needs version 3 of the event. A missing, invalid, expired or too old
 * user token is denied. If the token cannot be verified, the rule fails, and Cognito issues no token.
 *
 * @throws TypeError if Cognito reserves a claim, no claim is given, or an option is invalid. RangeError if `maxAgeSeconds` is not positive.
 * @example
 * const verifier = cognitoTokenVerifier({ clientIds: ['web-client-id'], tokenUse: 'access' })
 * preTokenGeneration(onBehalfOf(verifier, { claims: { user_sub: 'sub' }, maxAgeSeconds: 300 }))
 */
export function onBehalfOf<const Name extends string>(
  verifier: UserTokenVerifier,
  options: OnBehalfOfOptions<Name>,
): Rule<PreTokenGeneration> {
  const owner = 'onBehalfOf()'
  assertOptions(owner, options, ['claims', 'maxAgeSeconds', 'metadataKey', 'now'])
  const { maxAgeSeconds, metadataKey = 'userToken', now = () => new Date() } = options
  const claims = Object.entries<string>(Object(options.claims))
  assertClaims(owner, claims)
  if (!(Number.isFinite(maxAgeSeconds) && maxAgeSeconds > 0))
    throw new RangeError(`${owner}: maxAgeSeconds is ${maxAgeSeconds}; expected a positive number of seconds, such as 300`)
  if (typeof metadataKey !== 'string' || metadataKey === '')
    throw new TypeError(`${owner}: metadataKey is ${describeValue(metadataKey)}; expected a string such as 'userToken'`)
  return defineRule<PreTokenGeneration>(
    'on-behalf-of',
    async ({ event, signal }) => {
      if (event.triggerSource !== 'TokenGeneration_ClientCredentials') return skip('not-a-machine')
      const token = event.request.clientMetadata?.[metadataKey]
      if (typeof token !== 'string' || token === '') return deny('user-token-missing', INVALID_USER_TOKEN, CODE)
      const verified = await verifier.verify(token, event.userPoolId, signal)
      if (verified === undefined) return deny('user-token-invalid', INVALID_USER_TOKEN, CODE)
      const { iat } = verified
      const age = typeof iat === 'number' ? now().getTime() / 1000 - iat : Number.NaN
      // A comparison with NaN is false, so a token without `iat` is denied.
      if (!(age <= maxAgeSeconds && age >= -SKEW_SECONDS)) return deny('user-token-too-old', INVALID_USER_TOKEN, CODE)
      const found: Record<string, ClaimValue> = {}
      for (const [name, from] of claims) {
        const value = toClaimValue(name, Object.hasOwn(verified, from) ? verified[from] : undefined)
        if (value === undefined) return deny('user-claim-missing', INVALID_USER_TOKEN, CODE)
        found[name] = value
      }
      return respond({ access: { claims: found } }, 'user-claims-added')
    },
    {
      can: ['answer', 'deny'],
      permissions: [],
      reasons: [
        'not-a-machine',
        'user-token-missing',
        'user-token-invalid',
        'user-token-too-old',
        'user-claim-missing',
        'user-claims-added',
      ],
      lambdaVersion: 'V3_0',
    },
  )
}

function assertClaims(owner: string, claims: readonly (readonly [string, unknown])[]): void {
  if (claims.length === 0) throw new TypeError(`${owner} needs at least one claim, such as { user_sub: 'sub' }`)
  for (const [name, from] of claims) {
    const fault = findFault(name, 'both')
    if (fault !== undefined) throw new TypeError(`${owner}: ${fault}`)
    if (typeof from !== 'string' || from === '')
      throw new TypeError(`${owner}: ${name} is ${describeValue(from)}; expected the name of a claim in the user token`)
  }
}
