import { assertOptions, assertTexts } from '../shared/rules/arguments.ts'
import { deny, isAttributeName, isReason, skip } from '../shared/rules/outcome.ts'
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
 * Makes a rule that denies users whose attributes do not match a schema, and skips otherwise. All attribute values are strings. With
 * names instead of a schema, it denies users who lack one of these attributes or have it empty.
 *
 * The log has each invalid attribute with the schema's error code, such as `too_small` of zod. The schema's messages may quote values.
 * Only `lifeguard replay` and `lifeguard explain` show these messages. They are never logged or sent to the caller.
 *
 * @param schema A Standard Schema, such as one of zod. Its output is ignored.
 * @throws TypeError if the schema, a name or an option is invalid, or the message is empty.
 * @example
 * requireAttributes(z.looseObject({ given_name: z.string().min(1), 'custom:terms': z.literal('accepted') }))
 * @example
 * requireAttributes('email', 'given_name')
 */
export function requireAttributes<T extends Refusing>(schema: StandardSchema, options?: RequireAttributesOptions): Rule<T>
export function requireAttributes<T extends Refusing>(...names: readonly string[]): Rule<T>
export function requireAttributes<T extends Refusing>(first?: unknown, ...more: readonly unknown[]): Rule<T> {
  const schema = typeof first === 'string' ? requireNames([first, ...more]) : first
  if (!isSchema(schema)) {
    throw new TypeError(
      "requireAttributes(): expected names of attributes or a Standard Schema, such as zod's z.looseObject({ phone_number: z.string() })",
    )
  }
  const [given = {}] = typeof first === 'string' ? [] : more
  assertOptions('requireAttributes()', given, ['message'])
  const options: RequireAttributesOptions = Object(given)
  // Make the denial here, so that an empty message throws when the rule is made, and not at the first denial.
  const denial = deny('attributes-not-valid', options.message ?? ATTRIBUTES_NOT_ACCEPTED, { code: 'attributes-not-valid', quiet: true })
  return compose<T>({
    name: 'require-attributes',
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    async evaluate({ trigger, user }) {
      // Pass a plain object, because schema libraries require one, and the user's attributes have no prototype.
      const { issues } = await schema['~standard'].validate({ ...user.attributes })
      if (issues === undefined) return skip()
      // Only at sign-up: later, anyone who knows the user name could find out which attributes the user lacks.
      const field = trigger === 'PreSignUp' ? issues.map((issue) => toSteps(issue)[0] ?? '').find(isAttributeName) : undefined
      return {
        ...denial,
        ...(field !== undefined && { field }),
        detail: issues.map(toIssueCode).join('; '),
        explanation: issues.map(explain).join('; '),
      }
    },
  })
}

function isSchema(value: unknown): value is StandardSchema {
  return typeof Object(Object(value)['~standard']).validate === 'function'
}

/** Returns a schema that requires attributes to have a value. */
function requireNames(names: readonly unknown[]): StandardSchema {
  assertTexts('requireAttributes()', names)
  const paths = names.map((name) => [String(name)])
  const validate = (attributes: unknown): SchemaResult => {
    const missing = paths.filter(([name = '']) => !Object.hasOwn(Object(attributes), name) || Object(attributes)[name] === '')
    return missing.length === 0 ? {} : { issues: missing.map((path) => ({ message: 'Missing', path, code: 'missing' })) }
  }
  return { '~standard': { version: 1, vendor: 'cognito-lifeguard', validate } }
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
