import type { AttributeMap } from '../shared/cognito/event.ts'
import { assertMilliseconds, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { isObject } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import { assertNames } from './changes.ts'
import { readText } from './fill-missing.ts'
import { pickTexts } from './map-attributes.ts'
import type { InboundFederation } from './trigger.ts'

/** A federated user, to look up the stored profile. */
export interface FederatedUser {
  readonly userPoolId: string
  /** The user name in the pool, such as `Google_1095`. */
  readonly userName: string
  readonly providerName: string
  /** The user's id at the provider. */
  readonly providerUserId: string
}

/** A store of profiles that already exist. */
export interface StoredProfiles {
  /** Returns the stored attributes, or undefined for a user who signs in for the first time. */
  readonly find: (user: FederatedUser, signal: AbortSignal) => Promise<AttributeMap | undefined>
  /** The IAM permissions of the look-up. */
  readonly permissions?: readonly RulePermission[]
}

/** The options of {@link keepProfile}. */
export interface KeepProfileOptions {
  /** The provider's names of the attributes, if the attribute mapping of the pool renames them: `{ name: 'displayName' }`. */
  readonly providerNames?: Readonly<Record<string, string>>
  /** The time limit of the look-up in milliseconds. The default is 1000. */
  readonly withinMs?: number
}

const WITHIN_MS = 1000

/**
 * Makes a rule that keeps attributes as the pool has them. Without it, Cognito overwrites each mapped attribute at every sign-in, so a name
 * that the user has edited is lost. An attribute that the pool does not have yet comes from the provider.
 *
 * If the look-up fails or takes too long, the rule has an error and the sign-in fails. Inside `failOpen`, the provider's values win then.
 *
 * @param names The names of the attributes in the pool.
 * @throws TypeError if an argument is invalid. RangeError if `withinMs` is not a positive integer.
 * @example
 * inboundFederation(failOpen(keepProfile(['name', 'picture'], cognitoStoredProfiles({ cognito: cognitoClient() }))))
 */
export function keepProfile(names: readonly string[], profiles: StoredProfiles, options: KeepProfileOptions = {}): Rule<InboundFederation> {
  if (!Array.isArray(names)) throw new TypeError(`keepProfile(): the names are ${describeValue(names)}; expected a list, such as ['name']`)
  assertNames('keepProfile()', names)
  if (typeof profiles?.find !== 'function')
    throw new TypeError(`keepProfile(): the profiles are ${describeValue(profiles)}; expected an object with a function find`)
  assertOptions('keepProfile()', options, ['providerNames', 'withinMs'])
  const { providerNames = {}, withinMs = WITHIN_MS } = options
  assertMilliseconds('keepProfile(): withinMs', withinMs, 1)
  const targets = names.map((name) => [name, Object.hasOwn(providerNames, name) ? `${providerNames[name]}` : name] as const)
  assertNames('keepProfile()', [...targets.map(([, target]) => target), ...Object.keys(providerNames)])
  return defineRule<InboundFederation>(
    'keep-profile',
    async ({ event, user, signal }) => {
      const { userPoolId, request } = event
      const query = { userPoolId, userName: user.userName, providerName: request.providerName, providerUserId: event.userName }
      const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
      const found: unknown = await rejectWhenAborted(profiles.find(query, limit), limit)
      if (found === undefined) return skip('no-stored-profile')
      if (!isObject(found)) throw new TypeError(`keepProfile(): find() returned ${describeValue(found)}; expected an object or undefined`)
      const set = pickTexts(targets.map(([name, target]) => [target, readText(found, name)]))
      return Object.keys(set).length === 0 ? skip('nothing-stored') : respond({ set }, 'profile-kept')
    },
    {
      can: ['answer'],
      reasons: ['no-stored-profile', 'nothing-stored', 'profile-kept'],
      ...(profiles.permissions && { permissions: profiles.permissions }),
    },
  )
}

/** Settles as `work` does, or rejects when the signal is aborted, because a store may ignore the signal. */
async function rejectWhenAborted<V>(work: Promise<V>, signal: AbortSignal): Promise<V> {
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
  }
}
