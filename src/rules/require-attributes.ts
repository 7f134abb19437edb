import { assertOptions } from '../shared/rules/arguments.ts'
import { isAttributeName } from '../shared/rules/condition.ts'
import { deny, isReason, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'

/**
 * The part of the Standard Schema interface that is used: zod, valibot, arktype and others implement it.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
  }
}

/** What a schema says of a value. */
export interface SchemaResult {
  readonly issues?: readonly SchemaIssue[] | undefined
}

/** What is wrong with a value, and where. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What the caller reads; what exactly is wrong stands in the log. */
export const ATTRIBUTES_NOT_ACCEPTED = 'The details given are not complete or not valid'

/** How a refusal is worded. */
export interface RequireAttributesOptions {
  /** What the caller reads on a denial. */
  readonly message?: string
}

/**
 * Denies users whose attributes do not fit a schema. It never allows: a user typed the attributes. Attribute values are strings.
 *
 * The log names each attribute that is wrong and the schema's code for it, as zod has one. The schema's messages may quote
 * values: `lifeguard replay` and `lifeguard explain` show them, and a log or a caller never gets them.
 *
 * @param schema Any Standard Schema, such as zod's. What it makes of the values is not used.
 * @throws TypeError when it gets no schema, or the message is empty.
 * @example
 * requireAttributes(z.looseObject({ given_name: z.string().min(1), 'custom:terms': z.literal('accepted') }))
 */
export function requireAttributes<T extends Refusing>(schema: StandardSchema, options: RequireAttributesOptions = {}): Rule<T> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw new TypeError("requireAttributes: expected a Standard Schema, such as zod's z.looseObject({ phone_number: z.string() })")
  }
  assertOptions('requireAttributes()', options, ['message'])
  // Worded once: a message that is empty is refused here, not when the first user comes.
  const denial = deny('attributes-not-valid', options.message ?? ATTRIBUTES_NOT_ACCEPTED)
  return compose<T>({
    name: 'require-attributes',
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    async evaluate({ user }) {
      // A plain object: schema libraries check for one, and the user's attributes have no prototype.
      const { issues } = await schema['~standard'].validate({ ...user.attributes })
      if (issues === undefined) return skip()
      return { ...denial, detail: issues.map(toIssueCode).join('; '), explanation: issues.map(explain).join('; ') }
    },
  })
}

/** The attribute and what is wrong with it, as constants: of a path only the first step is the name of an attribute. */
function toIssueCode(issue: SchemaIssue): string {
  const [name] = toSteps(issue)
  const code = 'code' in issue && isReason(issue.code) ? issue.code : 'invalid'
  return name !== undefined && isAttributeName(name) ? `${name}: ${code}` : code
}

function explain(issue: SchemaIssue): string {
  const place = toSteps(issue).join('.')
  return place === '' ? issue.message : `${place}: ${issue.message}`
}

function toSteps({ path = [] }: SchemaIssue): readonly string[] {
  return path.map((step) => String(typeof step === 'object' ? step.key : step))
}
