import { AdminGetUserCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from '../shared/aws/cognito.ts'
import type { UserFinder } from './user-finder.ts'

/**
 * Looks users up in the event's user pool, with one `AdminGetUser` request each.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 * @example
 * sendEmail(mailer, catalogue, { code, users: cognitoUserFinder(cognitoClient()) })
 */
export function cognitoUserFinder(cognito: Cognito): UserFinder {
  return {
    permissions: [{ actions: ['cognito-idp:AdminGetUser'], resource: 'user-pool' }],
    async find({ userPoolId, userName }, signal) {
      const command = new AdminGetUserCommand({ UserPoolId: userPoolId, Username: userName })
      try {
        const { UserAttributes = [] } = await cognito().send(command, { abortSignal: signal })
        return Object.fromEntries(UserAttributes.flatMap(({ Name, Value }) => (Name && Value !== undefined ? [[Name, Value]] : [])))
      } catch (error) {
        if (error instanceof UserNotFoundException) return undefined
        throw error
      }
    },
  }
}
