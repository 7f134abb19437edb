import { isObject } from '../../shared/rules/invocation.ts'
import { messageSteps, toContact } from './messages.ts'
import { listVerified, storeNewUser, toNewUser } from './new-user.ts'
import type { Condition, Flow, Step } from './operation.ts'
import { write } from './operation.ts'
import { setPassword } from './passwords.ts'
import { findUser } from './store.ts'
import { trigger } from './triggers.ts'
import { getUser } from './users.ts'

/** The user that a migration function returned. */
export interface Migrated {
  readonly attributes: Readonly<Record<string, string>>
  readonly isConfirmed: boolean
  readonly isSilent: boolean
  readonly medium: 'EMAIL' | 'SMS'
  readonly canMoveAlias: boolean
  /** The password that the user typed. Absent for a forgotten password. */
  readonly password: string | undefined
}

// The password in an invitation of a migrated user. Only the user knows the password.
const UNKNOWN_PASSWORD = '********'

const IS_MIGRATED: Condition<unknown> = { text: 'the function returned a user', holds: ({ migrated }) => migrated !== undefined }
const IS_INVITED: Condition<unknown> = {
  text: 'the function returned a user without SUPPRESS',
  holds: ({ migrated }) => migrated !== undefined && !migrated.isSilent,
}

/**
 * The steps that migrate an unknown user.
 *
 * @param typed Returns the name and the password that the user typed.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
 */
export function migrationSteps<Input>(
  source: 'UserMigration_Authentication' | 'UserMigration_ForgotPassword',
  typed: (flow: Flow<Input>) => { readonly name: string; readonly password?: string | undefined },
  when: Condition<Input>,
): readonly Step<Input>[] {
  const passes = source === 'UserMigration_Authentication' ? (['validationData'] as const) : (['clientMetadata'] as const)
  return [
    trigger<Input>({
      source,
      when,
      passes,
      event: (flow) => {
        const { name, password } = typed(flow)
        return { userName: name, attributes: null, request: { ...(password !== undefined && { password }) } }
      },
      apply: (flow, response) => {
        flow.migrated = readMigrated(response, typed(flow).password)
      },
    }),
    trigger<Input>({
      source: 'PreSignUp_AdminCreateUser',
      when: IS_MIGRATED,
      passes: ['validationData', 'clientMetadata'],
      event: (flow) => ({ userName: typed(flow).name, attributes: flow.migrated?.attributes ?? {} }),
    }),
    write<Input>('the migrated user', (flow) => storeMigrated(flow, typed(flow).name), IS_MIGRATED),
    ...messageSteps<Input>(
      'AdminCreateUser',
      (flow) => toContact(getUser(flow), flow.migrated?.medium === 'EMAIL' ? 'email' : 'phone_number', UNKNOWN_PASSWORD),
      IS_INVITED,
    ),
  ]
}

/** Returns undefined for an empty answer: then the user stays unknown. */
function readMigrated(response: Readonly<Record<string, unknown>>, password: string | undefined): Migrated | undefined {
  const { userAttributes, finalUserStatus, messageAction, desiredDeliveryMediums, forceAliasCreation } = response
  if (!isObject(userAttributes)) return undefined
  const texts = Object.entries(userAttributes).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    attributes: Object.fromEntries(texts),
    isConfirmed: finalUserStatus === 'CONFIRMED',
    isSilent: messageAction === 'SUPPRESS',
    medium: Array.isArray(desiredDeliveryMediums) && desiredDeliveryMediums.includes('EMAIL') ? 'EMAIL' : 'SMS',
    canMoveAlias: forceAliasCreation === true,
    password,
  }
}

function storeMigrated(flow: Flow<unknown>, typedName: string): void {
  const { migrated, pool } = flow
  if (migrated === undefined) return
  const { username = typedName, ...given } = migrated.attributes
  // A user who typed an alias is stored under the name that the function returned.
  const newUser = toNewUser(pool, pool.settings.UsernameAttributes.length > 0 ? typedName : username, given)
  // Another sign-in may have migrated the user in the meantime.
  const existing = findUser(pool, typedName)
  const draft = { newUser, verify: listVerified(newUser.attributes) }
  const user = existing ?? storeNewUser(flow, draft, migrated.isConfirmed ? 'CONFIRMED' : 'RESET_REQUIRED', migrated.canMoveAlias)
  if (existing === undefined && migrated.password !== undefined) setPassword(flow.world, pool, user, migrated.password)
  flow.user = user
  if (flow.signIn !== undefined) flow.signIn = { ...flow.signIn, username: user.username }
}
