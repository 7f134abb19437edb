import { AdminGetUserCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from '../shared/aws/cognito.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import type { StoredProfiles } from './keep-profile.ts'

/** The options of {@link cognitoStoredProfiles}. */
export interface CognitoStoredProfilesOptions {
  /** The client: `cognitoClient()`. */
  readonly cognito: Cognito
}

/**
 * Makes a look-up of profiles in the event's user pool, with one `AdminGetUser` request for the user `Provider_id`. It does not find the
 * profile of a linked user, which has another user name.
 *
 * @throws TypeError for an unknown option.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 * @example
 * keepProfile(['name'], cognitoStoredProfiles({ cognito: cognitoClient() }))
 */
export function cognitoStoredProfiles(options: CognitoStoredProfilesOptions): StoredProfiles {
  assertOptions('cognitoStoredProfiles()', options, ['cognito'])
  const { cognito } = options
  return {
    permissions: [{ actions: ['cognito-idp:AdminGetUser'], resource: 'user-pool' }],
    async find({ userPoolId, userName }, signal) {
      try {
        const command = new AdminGetUserCommand({ UserPoolId: userPoolId, Username: userName })
        const { UserAttributes = [] } = await cognito().send(command, { abortSignal: signal })
        return Object.fromEntries(UserAttributes.flatMap(({ Name, Value }) => (Name === undefined ? [] : [[Name, Value ?? '']])))
      } catch (error) {
        if (error instanceof UserNotFoundException) return undefined
        throw error
      }
    },
  }
}
