import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { deny, isAttributeName, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule } from '../shared/rules/rule.ts'
import type { Refusing } from '../shared/rules/trigger.ts'

const OWNER = 'requireConsent()'
const CONSENT_MISSING = 'Please accept the current terms'

/** The options of {@link requireConsent}: the attribute, or the key of the client's metadata. */
export interface RequireConsentOptions {
  /** The user attribute that holds the accepted version, such as `custom:terms`. */
  readonly attribute?: string
  /** The key in the app's `ClientMetadata` of `SignUp`. Cognito does not store it. Only for pre sign-up. */
  readonly metadata?: string
  /** The denial's message. */
  readonly message?: string
}

/**
 * Makes a rule that denies users who have not accepted a version of the terms. It compares a user attribute, or a value that the app sends
 * with the sign-up. Both are the user's word.
 *
 * @param version The accepted version, such as `2026-05`.
 * @throws TypeError if the version or an option is invalid, or if not exactly one of `attribute` and `metadata` is given.
 * @example
 * preSignUp(requireConsent('2026-05', { attribute: 'custom:terms' }))
 */
export function requireConsent<T extends Refusing>(version: string, options: RequireConsentOptions): Rule<T> {
  if (typeof version !== 'string' || version === '')
    throw new TypeError(`${OWNER}: the version is ${version === '' ? 'empty' : describeValue(version)}; expected a text such as '2026-05'`)
  assertOptions(OWNER, options, ['attribute', 'metadata', 'message'])
  const { attribute, metadata, message = CONSENT_MISSING } = options
  if ((attribute === undefined) === (metadata === undefined))
    throw new TypeError(`${OWNER}: expected either attribute, such as 'custom:terms', or metadata, such as 'terms'`)
  if (attribute !== undefined && !(typeof attribute === 'string' && isAttributeName(attribute)))
    throw new TypeError(`${OWNER}: attribute is ${describeValue(attribute)}; expected the name of an attribute, such as 'custom:terms'`)
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata === ''))
    throw new TypeError(`${OWNER}: metadata is ${describeValue(metadata)}; expected the key of a value, such as 'terms'`)
  const code = { code: 'consent-missing', quiet: true } as const
  const missing = deny('consent-missing', message, code)
  const outdated = deny('consent-outdated', message, code)
  const rule = compose<T>({
    name: 'require-consent',
    kind: 'rule',
    can: ['deny'],
    permissions: [],
    reasons: ['consent-missing', 'consent-outdated'],
    evaluate({ event, user }) {
      const [values, key] = attribute === undefined ? [Object(event.request).clientMetadata, metadata ?? ''] : [user.attributes, attribute]
      const value: unknown = Object.hasOwn(Object(values), key) ? values[key] : undefined
      if (value === version) return skip()
      return value === undefined || value === '' ? missing : outdated
    },
  })
  // Only pre sign-up always has the metadata of a sign-up.
  return metadata === undefined ? rule : { ...rule, trigger: 'PreSignUp' }
}
