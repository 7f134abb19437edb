import type { Context } from '../rules/context.ts'
import type { AttributeMap, PostTrigger } from '../rules/trigger.ts'
import type { ProfileUser } from './profiles.ts'

/** Kept unless a rule says otherwise: what applications greet, reach and recognise a user by. */
export const DEFAULT_PROFILE_ATTRIBUTES: readonly string[] = [
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'locale',
]

/** The user of a post event as a profile holds them; undefined where the event names no pool or no `sub`. */
export function profileUser({ event, user }: Context<PostTrigger>, names: readonly string[]): ProfileUser | undefined {
  if (user.sub === undefined || !event.userPoolId) return undefined
  const attributes: Record<string, string> = {}
  for (const name of names) {
    const value = user.attributes[name]
    if (value !== undefined && value !== '') attributes[name] = value
  }
  return { userPoolId: event.userPoolId, sub: user.sub, userName: user.userName, attributes: attributes satisfies AttributeMap }
}
