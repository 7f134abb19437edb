import type { Fields, TestPool } from '../pool-sequences.ts'
import { onAda, type RowTest, type RowTests, silent } from './row.ts'

const onPool = ({ userPoolId }: TestPool): Fields => ({ UserPoolId: userPoolId })
const onClient = ({ userPoolId, clientId }: TestPool): Fields => ({ UserPoolId: userPoolId, ClientId: clientId })
const SOURCE = { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: '1095' }
const GROUP = { GroupName: 'editors' }

async function onGroup(pool: TestPool): Promise<Fields> {
  await pool.api('CreateGroup', { ...onPool(pool), ...GROUP })
  return { ...onPool(pool), ...GROUP }
}

async function onMember(pool: TestPool): Promise<Fields> {
  const input = { ...onAda(pool), ...(await onGroup(pool)) }
  await pool.api('AdminAddUserToGroup', input)
  return input
}

const TRACKING = { UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 5 } }
const SSO = { SSOSession: { MaxValidityMinutes: 30 } }

async function onTracked(pool: TestPool): Promise<Fields> {
  await pool.api('SetUserPoolSessionConfiguration', { ...onPool(pool), ...TRACKING })
  const target = onAda(pool)
  await pool.signIn()
  return target
}

async function onSession(pool: TestPool): Promise<Fields> {
  const target = await onTracked(pool)
  const { Sessions } = (await pool.api('AdminListUserSessions', target)).body
  return { ...target, SessionId: Object(Sessions)[0].SessionId }
}

const linked = async (pool: TestPool): Promise<Fields> => {
  onAda(pool)
  const input = {
    ...onPool(pool),
    DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
    SourceUser: SOURCE,
  }
  return input
}

/** Creates a test of an operation on pools. It sends no metadata, because such an operation keeps every field as a setting. */
const onPools = (more: Fields = {}): RowTest => silent((pool) => ({ ...onPool(pool), ...more }))

/** The operations of administrators that call no trigger. */
export const ADMINISTRATION: RowTests = {
  AdminGetUser: silent(onAda, { answers: { Username: 'ada', UserStatus: 'CONFIRMED' } }),
  AdminDeleteUser: silent(onAda),
  AdminEnableUser: silent(onAda),
  AdminDisableUser: silent(onAda),
  AdminListUserSessions: silent(onTracked, { answers: { Sessions: [{ SessionType: 'TOKEN', IsCurrentSession: false }] } }),
  AdminRevokeUserSession: silent(onSession),
  AdminLinkProviderForUser: silent(linked),
  AdminDisableProviderForUser: silent(async (pool) => {
    await pool.api('AdminLinkProviderForUser', await linked(pool))
    return { ...onPool(pool), User: SOURCE }
  }),
  ListUsers: silent((pool) => {
    onAda(pool)
    return { ...onPool(pool), Filter: 'username = "ada"' }
  }),
  CreateGroup: silent((pool) => ({ ...onPool(pool), ...GROUP }), { answers: { Group: GROUP } }),
  GetGroup: silent(onGroup, { answers: { Group: GROUP } }),
  UpdateGroup: silent(async (pool) => ({ ...(await onGroup(pool)), Precedence: 1 }), { answers: { Group: { ...GROUP, Precedence: 1 } } }),
  DeleteGroup: silent(onGroup),
  ListGroups: silent(onPool, { answers: { Groups: [] } }),
  ListUsersInGroup: silent(onMember, { answers: { Users: [{ Username: 'ada' }] } }),
  AdminAddUserToGroup: silent(async (pool) => ({ ...onAda(pool), ...(await onGroup(pool)) })),
  AdminRemoveUserFromGroup: silent(onMember),
  AdminListGroupsForUser: silent(onMember, { answers: { Groups: [GROUP] } }),
  CreateUserPool: silent(() => ({ PoolName: 'second' }), { answers: { UserPool: { Name: 'second', MfaConfiguration: 'OFF' } } }),
  DescribeUserPool: onPools(),
  UpdateUserPool: onPools(),
  DeleteUserPool: onPools(),
  ListUserPools: silent(() => ({ MaxResults: 10 }), { answers: { UserPools: [{ Name: 'test' }] } }),
  AddCustomAttributes: onPools({ CustomAttributes: [{ Name: 'plan', AttributeDataType: 'String' }] }),
  SetUserPoolMfaConfig: onPools({ MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }),
  GetUserPoolMfaConfig: onPools(),
  SetUserPoolSessionConfiguration: silent((pool) => ({ ...onPool(pool), ...TRACKING }), { answers: TRACKING }),
  GetUserPoolSessionConfiguration: silent(onPool, { answers: { UserSessionTracking: 'DISABLED', TokenSession: { MaxPerUser: 20 } } }),
  SetUserPoolClientSessionConfiguration: silent(
    async (pool) => {
      await onTracked(pool)
      return { ...onClient(pool), ...SSO }
    },
    { answers: SSO },
  ),
  GetUserPoolClientSessionConfiguration: silent(onClient, { answers: { SSOSession: { MaxValidityMinutes: 60 } } }),
  CreateUserPoolClient: onPools({ ClientName: 'second' }),
  DescribeUserPoolClient: silent(onClient),
  UpdateUserPoolClient: silent(onClient),
  DeleteUserPoolClient: silent(onClient),
  ListUserPoolClients: onPools({ MaxResults: 10 }),
  CreateUserPoolDomain: onPools({ Domain: 'shop' }),
  DeleteUserPoolDomain: onPools({ Domain: 'shop' }),
  CreateIdentityProvider: onPools({ ProviderName: 'Google', ProviderType: 'Google' }),
  DescribeIdentityProvider: silent(async (pool) => {
    await pool.api('CreateIdentityProvider', { ...onPool(pool), ProviderName: 'Google', ProviderType: 'Google' })
    return { ...onPool(pool), ProviderName: 'Google' }
  }),
  CreateResourceServer: onPools({ Identifier: 'shop', Name: 'Shop' }),
}
