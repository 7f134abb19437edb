import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider'
import { type Cognito, escapeFilterValue } from '../shared/aws/cognito.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import type { EmailDirectory } from './deny-duplicate-email.ts'

/** The options of {@link cognitoEmailDirectory}. */
export interface CognitoEmailDirectoryOptions {
  /** The client: `cognitoClient()`. */
  readonly cognito: Cognito
  /**
   * How to treat an address whose users are all unconfirmed. The default is `ignore`, so that a user who lost the code can sign up again, and
   * a stranger cannot reserve another person's address. With `count`, an unconfirmed user has the address too.
   */
  readonly unconfirmed?: 'ignore' | 'count'
}

/**
 * Makes a look-up of addresses in the event's user pool. It finds an address as it was typed, and in lower case. It sends one or two
 * `ListUsers` requests, which share a low quota of the account with other programs.
 *
 * `ListUsers` is eventually consistent, so a user who was created moments ago may be missing.
 *
 * @throws TypeError for an unknown option, or another value of `unconfirmed`.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 * @example
 * cognitoEmailDirectory({ cognito: cognitoClient() })
 */
export function cognitoEmailDirectory(options: CognitoEmailDirectoryOptions): EmailDirectory {
  assertOptions('cognitoEmailDirectory()', options, ['cognito', 'unconfirmed'])
  const { cognito, unconfirmed = 'ignore' } = options
  // Check at run time for plain JavaScript: a misspelt `count` would let addresses be used twice.
  if (unconfirmed !== 'ignore' && unconfirmed !== 'count')
    throw new TypeError(`cognitoEmailDirectory(): unconfirmed is '${unconfirmed}'; expected 'ignore' or 'count'`)

  const isListed = async (userPoolId: string, email: string, signal: AbortSignal): Promise<boolean> => {
    let token: string | undefined
    do {
      const command = new ListUsersCommand({
        UserPoolId: userPoolId,
        Filter: `email = "${escapeFilterValue(email)}"`,
        AttributesToGet: ['sub'],
        PaginationToken: token,
      })
      const { Users = [], PaginationToken } = await cognito().send(command, { abortSignal: signal })
      if (Users.some(({ UserStatus }) => unconfirmed === 'count' || UserStatus !== 'UNCONFIRMED')) return true
      token = PaginationToken
      // A page may have only unconfirmed users, or none, although a later page has the user.
    } while (token !== undefined)
    return false
  }

  return {
    permissions: [{ actions: ['cognito-idp:ListUsers'], resource: 'user-pool' }],
    async isTaken({ userPoolId, email, key }, signal) {
      const spellings = [...new Set([email, key])]
      const found = await Promise.all(spellings.map((spelling) => isListed(userPoolId, spelling, signal)))
      return found.includes(true)
    },
  }
}
