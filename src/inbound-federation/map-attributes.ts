import type { AttributeMap } from '../shared/cognito/event.ts'
import { describeValue } from '../shared/rules/arguments.ts'
import { isObject, type MaybePromise } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { changingFault } from './changes.ts'
import type { InboundFederation } from './trigger.ts'

/** The value of an attribute, or a function of all attributes that returns it. If it returns undefined, the attribute stays as it is. */
export type AttributeSource = string | ((attributes: AttributeMap, ctx: RuleContext<InboundFederation>) => MaybePromise<string | undefined>)

/**
 * Makes a rule that sets attributes. All other attributes stay as they are.
 *
 * @param map Values by name, or functions that return them. A name is that of the provider's attribute in the pool's attribute mapping.
 * @throws TypeError if the map is empty, or has the attribute that identifies the user. The rule fails if a function returns another
 *   value than a string or undefined.
 * @example
 * inboundFederation(mapAttributes({ 'custom:department': ({ department }) => department?.toLowerCase() }))
 */
export function mapAttributes(map: Readonly<Record<string, AttributeSource>>): Rule<InboundFederation> {
  const sources = readSources('mapAttributes()', map)
  return defineRule<InboundFederation>(
    'map-attributes',
    async (ctx) => {
      const found = await Promise.all(
        sources.map(async ([name, source]): Promise<readonly [string, string | undefined]> => {
          const value: unknown = typeof source === 'function' ? await source(ctx.user.attributes, ctx) : source
          if (value === undefined || typeof value === 'string') return [name, value]
          throw new TypeError(
            `mapAttributes(): the function for '${name}' returned ${describeValue(value)}; expected a string or undefined`,
          )
        }),
      )
      const set = pickTexts(found)
      return Object.keys(set).length === 0 ? skip('nothing-to-map') : respond({ set }, 'attributes-mapped')
    },
    { can: ['answer'], permissions: [], reasons: ['attributes-mapped', 'nothing-to-map'] },
  )
}

/** Validates an object of attributes by name, and returns its entries. */
export function readSources<Source>(owner: string, map: Readonly<Record<string, Source>>): readonly (readonly [string, Source])[] {
  if (!isObject(map)) throw new TypeError(`${owner}: argument 1 is ${describeValue(map)}; expected an object of attributes by name`)
  const sources = Object.entries<Source>(map)
  if (sources.length === 0) throw new TypeError(`${owner} needs at least one attribute`)
  for (const [name, source] of sources) {
    const isSource = typeof source === 'string' || typeof source === 'function' || source === undefined
    const fault = changingFault(name) ?? (isSource ? undefined : `'${name}' is ${describeValue(source)}; expected a string or a function`)
    if (fault !== undefined) throw new TypeError(`${owner}: ${fault}`)
  }
  return sources
}

/** Returns the attributes that have a value. */
export function pickTexts(entries: readonly (readonly [name: string, value: string | undefined])[]): AttributeMap {
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
