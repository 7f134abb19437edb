import type { AttributeMap, CognitoEvent } from '../shared/cognito/event.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Refusing } from '../shared/rules/trigger.ts'
import { encodeMigrated, type Migrated } from './migrated.ts'

interface MigrationEvent extends CognitoEvent {
  /** The name that the user typed. The user pool has no user with this name. */
  readonly userName: string
  /** Cognito sends all fields as null. */
  readonly response: {
    readonly userAttributes?: unknown
    readonly forceAliasCreation?: unknown
    readonly enableSMSMFA?: unknown
    readonly finalUserStatus?: unknown
    readonly messageAction?: unknown
    readonly desiredDeliveryMediums?: unknown
  }
}

interface MigrationRequest {
  /** AWS does not document this field. It is null. */
  readonly userAttributes?: AttributeMap | null | undefined
  readonly validationData?: AttributeMap | null | undefined
  readonly clientMetadata?: AttributeMap | null | undefined
}

/** The event of a user who signs in with a password. */
export interface SignInMigrationEvent extends MigrationEvent {
  readonly triggerSource: 'UserMigration_Authentication'
  readonly request: MigrationRequest & { readonly password: string }
}

/** The event of a user who forgot the password. It has no password. */
export interface ForgotPasswordMigrationEvent extends MigrationEvent {
  readonly triggerSource: 'UserMigration_ForgotPassword'
  readonly request: MigrationRequest & { readonly password?: undefined }
}

/**
 * The user migration event. Only the event of a sign-in has a password.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
 */
export type UserMigrationEvent = SignInMigrationEvent | ForgotPasswordMigrationEvent

/**
 * The user migration trigger. It runs if the user pool has no user with the typed name, at a sign-in with a password and after "forgot
 * password". An answer creates the user. Without an answer, Cognito refuses the unknown user.
 */
export interface UserMigration extends Refusing {
  readonly name: 'UserMigration'
  readonly event: UserMigrationEvent
  readonly answer: Migrated
}

/**
 * Makes the Lambda handler of the user migration trigger from rules. The first answer stands.
 *
 * @throws TypeError if the list of rules is empty or an argument is invalid.
 * @example
 * export const handler = userMigration(migrateUsers(cognitoPoolDirectory({ cognito: cognitoClient(), userPoolId, clientId })))
 */
export const userMigration: TriggerFactory<UserMigration> = defineTrigger<UserMigration>({
  name: 'UserMigration',
  refuses: true,
  onError: 'fail',
  combine: 'first',
  encode: encodeMigrated,
  secrets: ['password'],
})
