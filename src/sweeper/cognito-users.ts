import { ListUsersCommand, ResourceNotFoundException, type UserType } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from '../shared/aws/cognito.ts'
import type { AttributeMap } from '../shared/cognito/event.ts'
import { PoolNotFoundError, type Users } from './users.ts'

/**
 * Looks users up in Amazon Cognito by their `sub`: a user name can be given to somebody else after its owner was deleted. The
 * role needs cognito-idp:ListUsers on the pool. Cognito does not promise that a user who was made a moment ago is found.
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

function escapeFilterValue(value: string): string {
  return value.replaceAll(/["\\]/g, '\\$&')
}

/** As a trigger's event has them, the status among them. */
function toAttributes({ Attributes = [], UserStatus }: UserType): AttributeMap {
  const all = [...Attributes, { Name: 'cognito:user_status', Value: UserStatus }]
  return Object.fromEntries(all.flatMap(({ Name, Value }) => (Name === undefined || Value === undefined ? [] : [[Name, Value]])))
}
