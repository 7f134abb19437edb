import type { AttributeMap } from '../shared/cognito/event.ts'
import { describeValue } from '../shared/rules/arguments.ts'
import { isObject, type MaybePromise } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { pickTexts, readSources } from './map-attributes.ts'
import type { InboundFederation } from './trigger.ts'

/** Looks up attributes of a user, for example in a directory. Returns undefined for an unknown user. */
export type AttributeLookup = (ctx: RuleContext<InboundFederation>) => MaybePromise<AttributeMap | undefined>

/**
 * Makes a rule that fills attributes that the provider did not send, or sent empty. Without a required attribute of the pool, Cognito ends
 * the sign-in.
 *
 * @param defaults The value of each attribute, or undefined to use only the look-up.
 * @param lookup Called only if an attribute is missing. Its values win over the defaults.
 * @throws TypeError if `defaults` is empty or an argument is invalid. The rule fails if the look-up fails.
 * @example
 * inboundFederation(fillMissing({ locale: 'en', phone_number: undefined }, ({ user, signal }) => directory.find(user.email, signal)))
 */
export function fillMissing(defaults: Readonly<Record<string, string | undefined>>, lookup?: AttributeLookup): Rule<InboundFederation> {
  const sources = readSources('fillMissing()', defaults)
  const wrong = sources.find(([, value]) => value !== undefined && typeof value !== 'string')
  if (wrong !== undefined) throw new TypeError(`fillMissing(): '${wrong[0]}' is ${describeValue(wrong[1])}; expected a string or undefined`)
  if (lookup !== undefined && typeof lookup !== 'function')
    throw new TypeError(`fillMissing(): the look-up is ${describeValue(lookup)}; expected a function`)
  return defineRule<InboundFederation>(
    'fill-missing',
    async (ctx) => {
      const missing = sources.filter(([name]) => !ctx.user.attributes[name])
      if (missing.length === 0) return skip('nothing-missing')
      const found: unknown = (await lookup?.(ctx)) ?? {}
      if (!isObject(found)) throw new TypeError(`fillMissing(): the look-up returned ${describeValue(found)}; expected an object`)
      const set = pickTexts(missing.map(([name, value]) => [name, readText(found, name) ?? value]))
      return Object.keys(set).length === 0 ? skip('nothing-found') : respond({ set }, 'attributes-filled')
    },
    {
      can: ['answer'],
      ...(lookup === undefined && { permissions: [] }),
      reasons: ['attributes-filled', 'nothing-found', 'nothing-missing'],
    },
  )
}

/** Returns an attribute of a look-up that is a string and not empty. */
export function readText(found: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(found, name) ? found[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
