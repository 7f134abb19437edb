import { assertOptions } from '../shared/rules/arguments.ts'
import { isAttributeName } from '../shared/rules/condition.ts'
import { deny, isReason, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'

/**
 * The part of the Standard Schema interface that this rule uses. Zod, valibot, arktype and others implement it.
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

/** The result of a schema's validation. */
export interface SchemaResult {
  readonly issues?: readonly SchemaIssue[] | undefined
}

/** A validation error of a schema, with the path of the invalid value. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The denial's message. The log has the invalid attributes. */
export const ATTRIBUTES_NOT_ACCEPTED = 'The details given are not complete or not valid'

/** The options of `requireAttributes`. */
export interface RequireAttributesOptions {
  /** The denial's message. */
  readonly message?: string
}

/**
 * Makes a rule that denies users whose attributes do not match a schema, and skips otherwise. All attribute values are strings.
 *
 * The log has each invalid attribute with the schema's error code, such as `too_small` of zod. The schema's messages may quote values.
 * Only `lifeguard replay` and `lifeguard explain` show these messages. They are never logged or sent to the caller.
 *
 * @param schema A Standard Schema, such as one of zod. Its output is ignored.
 * @throws TypeError if the schema or an option is invalid, or the message is empty.
 * @example
 * requireAttributes(z.looseObject({ given_name: z.string().min(1), 'custom:terms': z.literal('accepted') }))
 */
export function requireAttributes<T extends Refusing>(schema: StandardSchema, options: RequireAttributesOptions = {}): Rule<T> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw new TypeError("requireAttributes(): expected a Standard Schema, such as zod's z.looseObject({ phone_number: z.string() })")
  }
  assertOptions('requireAttributes()', options, ['message'])
  // Make the denial here, so that an empty message throws when the rule is made, and not at the first denial.
  const denial = deny('attributes-not-valid', options.message ?? ATTRIBUTES_NOT_ACCEPTED)
  return compose<T>({
    name: 'require-attributes',
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    async evaluate({ user }) {
      // Pass a plain object, because schema libraries require one, and the user's attributes have no prototype.
      const { issues } = await schema['~standard'].validate({ ...user.attributes })
      if (issues === undefined) return skip()
      return { ...denial, detail: issues.map(toIssueCode).join('; '), explanation: issues.map(explain).join('; ') }
    },
  })
}

/** Returns the attribute and the error code, such as `name: too_small`. Only the first step of a path is an attribute's name. */
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
