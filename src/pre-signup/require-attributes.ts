import { allow, deny } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { AttributeMap } from '../shared/rules/trigger.ts'
import type { SchemaIssue, StandardSchema } from './standard-schema.ts'
import type { PreSignUp } from './trigger.ts'

/** What the caller reads; what exactly is wrong stands in the log. */
export const ATTRIBUTES_NOT_ACCEPTED = 'The details given are not complete or not valid'

/** How a refusal is worded. */
export interface RequireAttributesOptions {
  /** What the caller reads on a denial. */
  readonly message?: string
}

/**
 * Vouches for users whose attributes fit a schema, and denies the others. Attribute values are strings. The schema's
 * messages go to the log, without the values that they quote, and never to the caller.
 *
 * @param schema Any Standard Schema, such as zod's; what it makes of the values is not used.
 * @throws TypeError when it is given no schema, or the message is empty.
 * @example
 * requireAttributes(z.looseObject({ given_name: z.string().min(1), 'custom:terms': z.literal('accepted') }))
 */
export function requireAttributes(schema: StandardSchema, options: RequireAttributesOptions = {}): Rule<PreSignUp> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw new TypeError("requireAttributes: expected a Standard Schema, such as zod's z.looseObject({ phone_number: z.string() })")
  }
  // Worded once: a message that is empty is refused here, not when the first user comes.
  const denial = deny('attributes-not-valid', options.message ?? ATTRIBUTES_NOT_ACCEPTED)
  return defineRule<PreSignUp>(
    'require-attributes',
    async ({ user }) => {
      // A plain object: schema libraries check for one, and the user's attributes have no prototype.
      const { issues } = await schema['~standard'].validate({ ...user.attributes })
      return issues === undefined ? allow() : { ...denial, detail: withoutValues(issues.map(describe).join('; '), user.attributes) }
    },
    { kind: 'gate' },
  )
}

/** Some libraries quote the value that they refuse, and a log holds no attribute. */
function withoutValues(text: string, attributes: AttributeMap): string {
  const values = Object.values(attributes).filter((value) => value.length > 1)
  // The longest first: one value may be part of another.
  return values.sort((a, b) => b.length - a.length).reduce((rest, value) => rest.replaceAll(value, '[value]'), text)
}

function describe({ message, path = [] }: SchemaIssue): string {
  const place = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
  return place === '' ? message : `${place}: ${message}`
}
