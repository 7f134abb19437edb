import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider'
import { type Cognito, escapeFilterValue } from '../shared/aws/cognito.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import type { Aliases } from './guard-alias.ts'

/** The options of {@link cognitoAliases}. */
export interface CognitoAliasesOptions {
  /** The client: `cognitoClient()`. */
  readonly cognito: Cognito
}

/**
 * Makes a look-up of verified addresses and numbers in the event's user pool. It finds an address as it was typed, and in lower case. It
 * sends one or two `ListUsers` requests, which share a low quota of the account with other programs.
 *
 * `ListUsers` is eventually consistent, so a user who was created or verified moments ago may be missing.
 *
 * @throws TypeError for an unknown option.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 * @example
 * cognitoAliases({ cognito: cognitoClient() })
 */
export function cognitoAliases(options: CognitoAliasesOptions): Aliases {
  assertOptions('cognitoAliases()', options, ['cognito'])
  const { cognito } = options

  const isListed = async (userPoolId: string, attribute: string, value: string, signal: AbortSignal): Promise<boolean> => {
    const verified = `${attribute}_verified`
    let token: string | undefined
    do {
      const command = new ListUsersCommand({
        UserPoolId: userPoolId,
        Filter: `${attribute} = "${escapeFilterValue(value)}"`,
        AttributesToGet: [verified],
        PaginationToken: token,
      })
      const { Users = [], PaginationToken } = await cognito().send(command, { abortSignal: signal })
      // Only a verified value is an alias.
      if (Users.some(({ Attributes = [] }) => Attributes.some(({ Name, Value }) => Name === verified && Value === 'true'))) return true
      token = PaginationToken
    } while (token !== undefined)
    return false
  }

  return {
    permissions: [{ actions: ['cognito-idp:ListUsers'], resource: 'user-pool' }],
    async isHeld({ userPoolId, attribute, value, key }, signal) {
      const spellings = [...new Set([value, key])]
      const found = await Promise.all(spellings.map((spelling) => isListed(userPoolId, attribute, spelling, signal)))
      return found.includes(true)
    },
  }
}
