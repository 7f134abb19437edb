import { ListUsersCommand, ResourceNotFoundException, type UserType } from '@aws-sdk/client-cognito-identity-provider'
import { type Cognito, escapeFilterValue } from '../shared/aws/cognito.ts'
import type { AttributeMap } from '../shared/cognito/event.ts'
import { PoolNotFoundError, type Users } from './users.ts'

/**
 * Makes a look-up of users in Amazon Cognito. It finds them by `sub`, because a new user may get the user name of a deleted one. It
 * needs the permission cognito-idp:ListUsers. Cognito may not find a user who was created moments ago.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 * @example
 * const user = await cognitoUsers(cognitoClient()).find('eu-west-1_Example', sub, signal)
 */
export function cognitoUsers(cognito: Cognito): Users {
  return {
    permissions: [{ actions: ['cognito-idp:ListUsers'], resource: 'user-pool' }],

    async find(userPoolId, sub, signal) {
      const command = new ListUsersCommand({ UserPoolId: userPoolId, Filter: `sub = "${escapeFilterValue(sub)}"`, Limit: 1 })
      const { Users: found = [] } = await cognito()
        .send(command, { abortSignal: signal })
        .catch((error) => {
          throw error instanceof ResourceNotFoundException ? new PoolNotFoundError(error) : error
        })
      const [user] = found
      return user && { userName: user.Username ?? '', attributes: toAttributes(user), createdAt: user.UserCreateDate }
    },
  }
}

/** Returns the attributes in the form of an event, including the user's status. */
function toAttributes({ Attributes = [], UserStatus }: UserType): AttributeMap {
  const all = [...Attributes, { Name: 'cognito:user_status', Value: UserStatus }]
  return Object.fromEntries(all.flatMap(({ Name, Value }) => (Name === undefined || Value === undefined ? [] : [[Name, Value]])))
}
