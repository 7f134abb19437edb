import type { AttributeMap } from '../shared/cognito/event.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { CognitoResponse } from '../shared/rules/trigger.ts'

/** The status of a migrated user. With `RESET_REQUIRED`, the user must choose a new password with a code from Cognito. */
export type MigratedStatus = 'CONFIRMED' | 'RESET_REQUIRED'

/** The medium of Cognito's welcome message to a migrated user. */
export type WelcomeMedium = 'none' | 'EMAIL' | 'SMS'

/** The answer of a user migration rule: the user that Cognito creates. */
export interface Migrated {
  /** The user's attributes. Cognito sets `sub`, `identities`, `username` and all attributes with the prefix `cognito:` itself. */
  readonly attributes: AttributeMap
  /** The default is `RESET_REQUIRED`, as in Cognito. */
  readonly status?: MigratedStatus
  /** The default is `none`: Cognito sends no welcome message. */
  readonly welcome?: WelcomeMedium
  /**
   * Set if another user has the email address or phone number as alias. `refuse`, the default, fails the migration. `move` takes the alias
   * from the other user, so the attributes must be verified.
   */
  readonly alias?: 'refuse' | 'move'
  /** True to require a code by SMS at each sign-in. Needs a verified phone number. The default is false. */
  readonly smsMfa?: boolean
}

const FIELDS: Readonly<Record<string, readonly unknown[] | undefined>> = {
  attributes: undefined,
  status: ['CONFIRMED', 'RESET_REQUIRED'],
  welcome: ['none', 'EMAIL', 'SMS'],
  alias: ['refuse', 'move'],
  smsMfa: [true, false],
}

/** Returns true if Cognito sets an attribute itself, so that a migration must not. */
export function isReservedAttribute(name: string): boolean {
  return name === 'sub' || name === 'identities' || name === 'username' || name.startsWith('cognito:')
}

/**
 * Builds Cognito's response. All its fields are null in the event, and null means Cognito's default, so each field is set here.
 *
 * @throws TypeError if the answer has an unknown field, an invalid value or a reserved attribute. The message has no value of an attribute.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
 */
export function encodeMigrated(user: Migrated | undefined): CognitoResponse | undefined {
  if (user === undefined) return undefined
  assertMigrated(user)
  const { attributes, status = 'RESET_REQUIRED', welcome = 'none', alias = 'refuse', smsMfa = false } = user
  return {
    userAttributes: { ...attributes },
    finalUserStatus: status,
    // Cognito sends the welcome message if the field stays null.
    ...(welcome === 'none' && { messageAction: 'SUPPRESS' }),
    desiredDeliveryMediums: [welcome === 'none' ? contactMedium(attributes) : welcome],
    forceAliasCreation: alias === 'move',
    enableSMSMFA: smsMfa,
  }
}

function contactMedium({ email }: AttributeMap): 'EMAIL' | 'SMS' {
  return email === undefined ? 'SMS' : 'EMAIL'
}

function assertMigrated(user: Migrated): void {
  for (const [field, value] of Object.entries(user)) {
    if (!Object.hasOwn(FIELDS, field)) throw new TypeError(`A migrated user has no '${field}'; expected ${Object.keys(FIELDS).join(', ')}`)
    const allowed = FIELDS[field]
    if (allowed !== undefined && value !== undefined && !allowed.includes(value))
      throw new TypeError(`'${field}' of a migrated user is invalid; expected ${allowed.join(' or ')}`)
  }
  const { attributes } = user
  if (!isObject(attributes) || Object.keys(attributes).length === 0)
    throw new TypeError("'attributes' of a migrated user are missing; expected at least one attribute")
  const reserved = Object.keys(attributes).find(isReservedAttribute)
  if (reserved !== undefined) throw new TypeError(`A migrated user cannot have the attribute '${reserved}', because Cognito sets it`)
  const wrong = Object.entries(attributes).find(([, value]) => typeof value !== 'string')
  if (wrong !== undefined) throw new TypeError(`The attribute '${wrong[0]}' of a migrated user is a ${typeof wrong[1]}; expected a string`)
}
