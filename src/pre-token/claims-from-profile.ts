import type { ProfileKey, ProfileReader, StoredProfile } from '../shared/profiles/profiles.ts'
import { assertMilliseconds, describeValue } from '../shared/rules/arguments.ts'
import { processClock, startDeadline } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { findFault, inTokens, neededVersion, parseTarget } from './add-claims.ts'
import type { ClaimTarget, ProtectedClaim } from './claims.ts'
import { type ClaimValue, toClaimValue } from './tokens.ts'
import type { PreTokenGeneration } from './trigger.ts'

/** The name of the profile's field with the value of a claim, or a function of the profile that returns the value. */
export type ProfileSource = string | ((profile: StoredProfile) => ClaimValue | undefined)

/** Options of {@link claimsFromProfile}. */
export interface ClaimsFromProfileOptions {
  /** The tokens to change, `id` by default. */
  readonly to?: ClaimTarget
  /** The time limit of the look-up in milliseconds, 1,000 by default. */
  readonly withinMs?: number
  /** The time for which a container reuses a profile, in seconds, 60 by default. 0 turns the cache off. */
  readonly cacheSeconds?: number
  /** The number of profiles that a container keeps, 1,000 by default. */
  readonly cacheEntries?: number
  /** Returns the time. Uses the process clock by default. */
  readonly now?: () => Date
}

/**
 * Makes a rule that adds claims from the user's profile. A user without a profile, or without a field, gets no claim. If the profile
 * cannot be read in time, the rule fails, and Cognito issues no tokens. Use `failOpen` to issue tokens without the claims.
 *
 * @param map The names of the profile's fields, or functions of the profile, by name of the claim.
 * @throws TypeError if Cognito reserves a claim, `map` is empty, or an option is invalid. The rule fails if a field is not a valid claim.
 * @example
 * const profiles = dynamoProfileReader({ documents: documentClient(), table: 'profiles' })
 * preTokenGeneration(claimsFromProfile(profiles, { plan: 'plan' }, { to: 'both' }))
 */
export function claimsFromProfile<const Name extends string>(
  profiles: ProfileReader,
  map: { readonly [Each in Name]: Each extends ProtectedClaim ? never : ProfileSource },
  options: ClaimsFromProfileOptions = {},
): Rule<PreTokenGeneration> {
  const owner = 'claimsFromProfile()'
  const to = parseTarget(owner, options, ['withinMs', 'cacheSeconds', 'cacheEntries', 'now'])
  const { withinMs = 1000, cacheSeconds = 60, cacheEntries = 1000, now = () => new Date() } = options
  assertMilliseconds(`${owner}: withinMs`, withinMs, 1)
  if (!(cacheSeconds >= 0 && cacheEntries >= 0))
    throw new RangeError(`${owner}: cacheSeconds is ${cacheSeconds} and cacheEntries is ${cacheEntries}; expected numbers, 0 or more`)
  const sources = Object.entries<ProfileSource>(map)
  assertSources(owner, sources)
  const cache = createCache({ entries: cacheEntries, ageMs: cacheSeconds * 1000, now })

  const read = async (user: ProfileKey, signal: AbortSignal): Promise<StoredProfile | undefined> => {
    const deadline = startDeadline(withinMs, processClock)
    try {
      return await deadline.race(profiles.find(user, AbortSignal.any([signal, deadline.signal()])))
    } finally {
      deadline.close()
    }
  }
  return defineRule<PreTokenGeneration>(
    'claims-from-profile',
    async ({ event, user, signal }) => {
      if (user.sub === undefined || !event.userPoolId) return skip('no-sub', 'A profile belongs to a sub, and the event has none')
      const key = { userPoolId: event.userPoolId, sub: user.sub }
      const profile = cache.get(key) ?? (await read(key, signal))
      if (profile === undefined) return skip('no-profile')
      cache.set(key, profile)
      const claims = sources.flatMap(([name, source]) => {
        const value = toClaimValue(name, typeof source === 'function' ? source(profile) : profile[source])
        return value === undefined ? [] : [[name, value] as const]
      })
      return claims.length === 0 ? skip('no-claims') : respond(inTokens(to, { claims: Object.fromEntries(claims) }), 'claims-added')
    },
    {
      can: ['answer'],
      ...(profiles.permissions && { permissions: profiles.permissions }),
      reasons: ['claims-added', 'no-claims', 'no-profile', 'no-sub'],
      ...neededVersion(to !== 'id'),
    },
  )
}

function assertSources(owner: string, sources: readonly (readonly [string, unknown])[]): void {
  if (sources.length === 0) throw new TypeError(`${owner} needs at least one claim, such as { plan: 'plan' }`)
  for (const [name, source] of sources) {
    const fault = findFault(name, 'both')
    if (fault !== undefined) throw new TypeError(`${owner}: ${fault}`)
    if (typeof source !== 'function' && (typeof source !== 'string' || source === ''))
      throw new TypeError(`${owner}: ${name} is ${describeValue(source)}; expected the name of a field, or a function of the profile`)
  }
}

interface Cache {
  readonly get: (user: ProfileKey) => StoredProfile | undefined
  readonly set: (user: ProfileKey, profile: StoredProfile) => void
}

/** Creates a cache for the life of the container. It drops the oldest profile when it is full. */
function createCache({ entries, ageMs, now }: { entries: number; ageMs: number; now: () => Date }): Cache {
  const kept = new Map<string, { readonly profile: StoredProfile; readonly until: number }>()
  const toKey = ({ userPoolId, sub }: ProfileKey): string => `${userPoolId}#${sub}`
  return {
    get(user) {
      const found = kept.get(toKey(user))
      if (found === undefined || found.until > now().getTime()) return found?.profile
      kept.delete(toKey(user))
      return undefined
    },
    set(user, profile) {
      if (kept.has(toKey(user)) || ageMs === 0 || entries === 0) return
      const [oldest] = kept.keys()
      if (kept.size >= entries && oldest !== undefined) kept.delete(oldest)
      kept.set(toKey(user), { profile, until: now().getTime() + ageMs })
    },
  }
}
