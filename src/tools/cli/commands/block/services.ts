import {
  AdminGetUserCommand,
  AdminListUserSessionsCommand,
  AdminRevokeUserSessionCommand,
  AdminUserGlobalSignOutCommand,
  type AttributeType,
  CognitoIdentityProviderClient,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { BlockKey } from '../../../../shared/blocks/block-list.ts'
import { emailKey, parseEmailAddress } from '../../../../shared/email/address.ts'
import { lazily } from '../../../../shared/lazily.ts'
import type { Place } from './options.ts'

// Time limits. Longer than in Lambda, because a user of the command line can wait and may have a slow connection.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true }

/** Opens DynamoDB. The SDK reads credentials and endpoints from the environment. */
export function openDocuments({ region }: Place): () => DynamoDBDocumentClient {
  return lazily(() => DynamoDBDocumentClient.from(new DynamoDBClient({ region, requestHandler })))
}

/** A user of the pool, with the attributes that blocks match. */
export interface PoolUser {
  readonly userName: string
  readonly sub: string | undefined
  readonly email: string | undefined
}

/** The calls to Cognito that the commands need. */
export interface UserService {
  /** Returns the users that a user name, a sub or an address names. Several users may have one address. */
  readonly find: (key: BlockKey, signal: AbortSignal) => Promise<readonly PoolUser[]>
  /** Revokes the refresh tokens of a user. */
  readonly signOut: (userName: string, signal: AbortSignal) => Promise<void>
  /** Returns the ids of the user's sessions of managed login. A global sign-out does not end them. */
  readonly listSessions: (userName: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Ends a session. Does nothing if it has already ended. */
  readonly revokeSession: (userName: string, id: string, signal: AbortSignal) => Promise<void>
}

/** Opens the users of a pool. */
export function openUsers({ userPoolId: UserPoolId, region }: Place): UserService {
  const client = lazily(() => new CognitoIdentityProviderClient({ region, requestHandler }))
  return {
    async find({ type, value }, abortSignal) {
      if (type !== 'username') {
        const found = await listUsers(client(), UserPoolId, type, value, abortSignal)
        return type === 'email' ? found.filter(({ email }) => isSameAddress(email, value)) : found
      }
      try {
        const { Username, UserAttributes } = await client().send(new AdminGetUserCommand({ UserPoolId, Username: value }), { abortSignal })
        return [toUser(Username, UserAttributes)]
      } catch (error) {
        if (error instanceof Error && error.name === 'UserNotFoundException') return []
        throw error
      }
    },
    async signOut(Username, abortSignal) {
      await client().send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username }), { abortSignal })
    },
    async listSessions(Username, abortSignal) {
      const ids: string[] = []
      let NextToken: string | undefined
      do {
        const page = await client().send(new AdminListUserSessionsCommand({ UserPoolId, Username, NextToken }), { abortSignal })
        // The global sign-out has already ended the token sessions.
        for (const { SessionId, SessionType } of page.Sessions ?? [])
          if (SessionId !== undefined && SessionType !== 'TOKEN') ids.push(SessionId)
        NextToken = page.NextToken
      } while (NextToken !== undefined)
      return ids
    },
    async revokeSession(Username, SessionId, abortSignal) {
      try {
        await client().send(new AdminRevokeUserSessionCommand({ UserPoolId, Username, SessionId }), { abortSignal })
      } catch (error) {
        // The list is eventually consistent: it may have a session that has already ended.
        if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error
      }
    },
  }
}

async function listUsers(
  client: CognitoIdentityProviderClient,
  UserPoolId: string,
  attribute: string,
  value: string,
  abortSignal: AbortSignal,
): Promise<readonly PoolUser[]> {
  const Filter = `${attribute} = "${value.replaceAll(/[\\"]/g, '\\$&')}"`
  const users: PoolUser[] = []
  let PaginationToken: string | undefined
  do {
    const page = await client.send(new ListUsersCommand({ UserPoolId, Filter, PaginationToken }), { abortSignal })
    users.push(...(page.Users ?? []).map(({ Username, Attributes }) => toUser(Username, Attributes)))
    PaginationToken = page.PaginationToken
  } while (PaginationToken !== undefined)
  return users
}

function toUser(userName: string = '', attributes: readonly AttributeType[] = []): PoolUser {
  const read = (name: string): string | undefined => attributes.find(({ Name }) => Name === name)?.Value
  return { userName, sub: read('sub'), email: read('email') }
}

function isSameAddress(email: string | undefined, wanted: string): boolean {
  const [one, other] = [email ?? '', wanted].map((text) => parseEmailAddress(text))
  return one !== undefined && other !== undefined && emailKey(one) === emailKey(other)
}
