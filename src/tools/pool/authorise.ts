import { createHmac, timingSafeEqual } from 'node:crypto'
import { CognitoError, invalidParameter, notAuthorized, unknownUser } from './errors.ts'
import { API_SCOPE } from './issue-tokens.ts'
import type { AppClient, Pool, User } from './model.ts'
import type { Authorisation, Target, World } from './operation.ts'
import { findUser, getClient, getPool } from './store.ts'
import type { Claims } from './tokens.ts'

/** The caller of an operation, and the pool that it is about. */
export interface Caller {
  readonly pool: Pool
  readonly client: AppClient | undefined
  readonly user: User | undefined
  readonly claims: Claims | undefined
}

/** The parts of a request with which a caller authorises itself. */
export interface Credentials {
  readonly target: Target
  /** The Authorization header. */
  readonly header: string | undefined
  /** The whole input, which may hold the hash of the client's secret. */
  readonly input: unknown
}

/**
 * Finds the pool, the app client and the user of a request, and checks that the caller may send it. Administrators' requests must be
 * signed, but the signature is not checked: any credentials are accepted.
 *
 * @throws CognitoError
 */
export async function authorise(world: World, authorisation: Authorisation, credentials: Credentials): Promise<Caller> {
  const { target, header } = credentials
  if (authorisation === 'token' || (authorisation === 'token or session' && target.AccessToken !== undefined))
    return readAccessToken(world, target.AccessToken ?? '')
  if (authorisation === 'token or session') {
    const { poolId, clientId } = world.sessions.peek(target.Session ?? '') ?? {}
    if (poolId === undefined || clientId === undefined) throw notAuthorized('Invalid session for the user.')
    const pool = getPool(world.store, poolId)
    return { pool, client: pool.clients.get(clientId), user: undefined, claims: undefined }
  }
  if (authorisation === 'none') {
    const { pool, client } = getClient(world.store, target.ClientId ?? '')
    checkSecret(client, credentials.input)
    return { pool, client, user: undefined, claims: undefined }
  }
  if (!header?.startsWith('AWS4-')) throw new CognitoError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  if (authorisation === 'IAM without pool') return { pool: NO_POOL, client: undefined, user: undefined, claims: undefined }
  const pool = getPool(world.store, target.UserPoolId ?? '')
  // An operation that takes any setting may get a ClientId that is not a string.
  const client = typeof target.ClientId !== 'string' ? undefined : getClient(world.store, target.ClientId).client
  if (client !== undefined && !pool.clients.has(client.id))
    throw new CognitoError('ResourceNotFoundException', `User pool client ${client.id} does not exist.`)
  if (client !== undefined && isSignIn(credentials.input)) checkSecret(client, credentials.input)
  return { pool, client, user: undefined, claims: undefined }
}

function isSignIn(input: unknown): boolean {
  return 'AuthFlow' in Object(input) || 'ChallengeName' in Object(input)
}

/** Checks the hash of the user name with the secret of an app client that has one. @throws CognitoError */
function checkSecret({ id, secret }: AppClient, input: unknown): void {
  if (secret === undefined) return
  const given = Object(input)
  const parameters = Object(given.AuthParameters ?? given.ChallengeResponses ?? given)
  const plain: unknown = given.ClientSecret
  if (typeof plain === 'string') {
    if (!isSame(plain, secret)) throw notAuthorized('Invalid client secret')
    return
  }
  const sent: unknown = parameters.SECRET_HASH ?? given.SecretHash
  const name: unknown = parameters.USERNAME ?? given.Username
  if (typeof sent !== 'string') throw notAuthorized(`Client ${id} is configured with secret but SECRET_HASH was not received`)
  // A refresh has no user name, so the hash cannot be checked here.
  if (typeof name !== 'string') return
  const expected = createHmac('sha256', secret).update(`${name}${id}`).digest('base64')
  if (!isSame(sent, expected)) throw notAuthorized(`Unable to verify secret hash for client ${id}`)
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function isSame(one: string, two: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(two)]
  return first.length === second.length && timingSafeEqual(first, second)
}

/** Finds the user of an access token. @throws CognitoError if the token is invalid, expired or revoked. */
export async function readAccessToken(world: World, token: string, scope: string = API_SCOPE): Promise<Caller> {
  const claims = await world.key.verify(token)
  if (claims === undefined || claims.token_use !== 'access') throw notAuthorized('Invalid Access Token')
  const { iss, client_id: clientId, username, sub, exp, origin_jti: origin, scope: scopes } = claims
  const pool = [...world.store.pools.values()].find(({ id }) => typeof iss === 'string' && iss.endsWith(`/${id}`))
  const client = typeof clientId === 'string' ? pool?.clients.get(clientId) : undefined
  if (pool === undefined || client === undefined) throw notAuthorized('Invalid Access Token')
  if (typeof exp !== 'number' || exp * 1000 <= world.now()) throw notAuthorized('Access Token has expired')
  if (typeof origin === 'string' && pool.revoked.has(origin)) throw notAuthorized('Access Token has been revoked')
  if (!String(scopes).split(' ').includes(scope)) throw notAuthorized('Access Token does not have required scopes')
  const user = findUser(pool, String(username))
  // A new user with the name of a deleted one must not inherit its tokens.
  if (user === undefined || user.sub !== sub) throw unknownUser()
  if (!user.enabled) throw notAuthorized('User is disabled.')
  return { pool, client, user, claims }
}

// Stands for the pool in the flow of an operation on no pool.
const NO_POOL: Pool = {
  id: '',
  get settings(): never {
    throw invalidParameter('The operation is on no pool')
  },
  createdAt: 0,
  updatedAt: 0,
  clients: new Map(),
  groups: new Map(),
  providers: new Map(),
  resourceServers: new Map(),
  users: new Map(),
  aliases: new Map(),
  refreshTokens: new Map(),
  revoked: new Map(),
  ssoSessions: new Map(),
}
