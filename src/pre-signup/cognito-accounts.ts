import { randomBytes } from 'node:crypto'
import {
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminLinkProviderForUserCommand,
  AdminSetUserPasswordCommand,
  type AttributeType,
  ListUsersCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider'
import { type Cognito, escapeFilterValue } from '../shared/aws/cognito.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { RulePermission } from '../shared/rules/rule.ts'
import type { Account, Identity } from './link-plan.ts'
import type { LinkableAccounts } from './link-providers.ts'

/** The options of {@link cognitoAccounts}. */
export interface CognitoAccountsOptions {
  /** The client: `cognitoClient()`. */
  readonly cognito: Cognito
}

// The characters guarantee every class that a password policy can require.
const EVERY_CLASS = 'aA1!'
const PASSWORD_BYTES = 48

/**
 * Makes the accounts of the event's user pool, for `linkProviders`. It looks up an address as it was typed and in lower case, with one or two
 * `ListUsers` requests for each page of users.
 *
 * `ListUsers` is eventually consistent, so a user who was created moments ago may be missing. Before a change, it reads the user again.
 *
 * @throws TypeError for an unknown option.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminLinkProviderForUser.html
 * @example
 * linkProviders(cognitoAccounts({ cognito: cognitoClient() }), { trust: ['Google'], revealsExistence: true })
 */
export function cognitoAccounts(options: CognitoAccountsOptions): LinkableAccounts {
  assertOptions('cognitoAccounts()', options, ['cognito'])
  const { cognito } = options

  const list = async (userPoolId: string, email: string, abortSignal: AbortSignal): Promise<readonly Account[]> => {
    const found: Account[] = []
    let token: string | undefined
    do {
      const command = new ListUsersCommand({
        UserPoolId: userPoolId,
        Filter: `email = "${escapeFilterValue(email)}"`,
        PaginationToken: token,
      })
      const { Users = [], PaginationToken } = await cognito().send(command, { abortSignal })
      found.push(...Users.map(({ Attributes, ...user }) => toAccount(user, Attributes)))
      token = PaginationToken
    } while (token !== undefined)
    return found
  }

  return {
    permissions: {
      find: allow('ListUsers'),
      read: allow('AdminGetUser'),
      link: allow('AdminLinkProviderForUser'),
      setRandomPassword: allow('AdminSetUserPassword'),
      remove: allow('AdminDeleteUser'),
    },
    async find({ userPoolId, email, key }, signal) {
      const spellings = [...new Set([email, key])]
      const pages = await Promise.all(spellings.map((spelling) => list(userPoolId, spelling, signal)))
      // A pool that ignores case returns a user for both spellings.
      return [...new Map(pages.flat().map((account) => [account.userName, account])).values()]
    },
    async read({ userPoolId, userName }, abortSignal) {
      try {
        const command = new AdminGetUserCommand({ UserPoolId: userPoolId, Username: userName })
        const { UserAttributes, ...user } = await cognito().send(command, { abortSignal })
        return toAccount(user, UserAttributes)
      } catch (error) {
        if (error instanceof UserNotFoundException) return undefined
        throw error
      }
    },
    async link({ userPoolId, userName }, { providerName, userId }, abortSignal) {
      const command = new AdminLinkProviderForUserCommand({
        UserPoolId: userPoolId,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: userName },
        // The subject is the id with which the provider names the user in every token.
        SourceUser: { ProviderName: providerName, ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: userId },
      })
      await cognito().send(command, { abortSignal })
    },
    async setRandomPassword({ userPoolId, userName }, abortSignal) {
      const Password = `${randomBytes(PASSWORD_BYTES).toString('base64url')}${EVERY_CLASS}`
      const command = new AdminSetUserPasswordCommand({ UserPoolId: userPoolId, Username: userName, Password, Permanent: true })
      await cognito().send(command, { abortSignal })
    },
    async remove({ userPoolId, userName }, abortSignal) {
      await cognito().send(new AdminDeleteUserCommand({ UserPoolId: userPoolId, Username: userName }), { abortSignal })
    },
  }
}

function allow(action: string): readonly RulePermission[] {
  return [{ actions: [`cognito-idp:${action}`], resource: 'user-pool' }]
}

interface Described {
  readonly Username?: string | undefined
  readonly UserStatus?: string | undefined
  readonly Enabled?: boolean | undefined
}

function toAccount({ Username = '', UserStatus, Enabled }: Described, attributes: readonly AttributeType[] = []): Account {
  const find = (name: string): string => attributes.find(({ Name }) => Name === name)?.Value ?? ''
  return {
    userName: Username,
    status: UserStatus,
    enabled: Enabled === true,
    email: find('email'),
    emailVerified: find('email_verified') === 'true',
    identities: parseIdentities(find('identities')),
  }
}

/** Reads the attribute `identities`, which is a JSON string. */
function parseIdentities(text: string): readonly Identity[] {
  if (text === '') return []
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed)) throw new TypeError('The attribute identities of a user is not a list')
  return parsed.filter(isObject).map(({ providerName, userId }) => ({ providerName: String(providerName), userId: String(userId) }))
}
