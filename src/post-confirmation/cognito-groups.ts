import { AdminAddUserToGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from '../shared/aws/cognito.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { UserGroups } from './add-to-group.ts'

/** Options of {@link cognitoGroups}. */
export interface CognitoGroupsOptions {
  /** The client: `cognitoClient()`. */
  readonly cognito: Cognito
}

/**
 * Makes an adapter that adds users to groups of the event's user pool. Each call is one `AdminAddUserToGroup`, which is safe to repeat.
 *
 * @throws TypeError for an unknown option, or without a client.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminAddUserToGroup.html
 * @example
 * cognitoGroups({ cognito: cognitoClient() })
 */
export function cognitoGroups(options: CognitoGroupsOptions): UserGroups {
  assertOptions('cognitoGroups()', options, ['cognito'])
  const { cognito } = options
  if (typeof cognito !== 'function') throw new TypeError(`cognitoGroups(): cognito is ${describeValue(cognito)}; expected cognitoClient()`)
  return {
    permissions: [{ actions: ['cognito-idp:AdminAddUserToGroup'], resource: 'user-pool' }],
    async add({ userPoolId, userName }, group, signal) {
      const command = new AdminAddUserToGroupCommand({ UserPoolId: userPoolId, Username: userName, GroupName: group })
      await cognito().send(command, { abortSignal: signal })
    },
  }
}
