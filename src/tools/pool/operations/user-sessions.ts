import * as z from 'zod'
import { CognitoError, notFound } from '../errors.ts'
import { adminTarget } from '../input.ts'
import type { Pool, SessionSettings } from '../model.ts'
import { check, defineOperation, type Operation, type Step, write } from '../operation.ts'
import { DEFAULT_SESSION_SETTINGS, DEFAULT_SSO_SESSION, listUserSessions, tracksSessions, type UserSession } from '../user-sessions.ts'
import { findTarget, getUser } from '../users.ts'
import { requireClient } from './pools.ts'

// The names of the errors are AWS's. Their texts are not documented.
const isTracked: Step<unknown> = check('the pool tracks sessions', ({ pool }) => {
  if (!tracksSessions(pool))
    throw new CognitoError('OperationNotEnabledException', 'User session tracking is not enabled for this user pool.')
})
const hasTier: Step<unknown> = check('the pool has the tier ESSENTIALS or PLUS', ({ pool }) => {
  if (pool.settings.UserPoolTier === 'LITE')
    throw new CognitoError('FeatureUnavailableInTierException', 'User session tracking is not available in the tier of this user pool.')
})

/** Describes a session. The pool does not read the browser's name, and every request comes from this machine. */
function describeSession({ type, id, clientId, createdAt, lastActiveAt, ssoSessionId }: UserSession): Record<string, unknown> {
  return {
    SessionId: id,
    SessionType: type,
    ClientId: clientId,
    CreateDate: createdAt / 1000,
    LastActiveDate: lastActiveAt / 1000,
    DeviceType: 'unknown',
    LastIPAddress: '127.0.0.1',
    LastLocation: { Country: 'unknown' },
    IsCurrentSession: false,
    ...(ssoSessionId !== undefined && { OriginSessionId: ssoSessionId }),
  }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListUserSessions.html */
export const AdminListUserSessions: Operation = defineOperation('IAM', adminTarget.extend({ NextToken: z.string().optional() }), [
  isTracked,
  check('the user exists', findTarget),
  check('lists the sessions of tokens and of browsers', (flow) => {
    // All sessions are on one page, as on AWS.
    flow.answer = { Sessions: listUserSessions(flow.pool, getUser(flow), flow.world.now()).map(describeSession) }
  }),
])

const revokeInput = adminTarget.extend({
  SessionId: z.string().regex(/^(?:tkn|sso)[a-z0-9]{25}$/),
  RevokeAssociatedSessions: z.enum(['NONE', 'LINKED']).default('NONE'),
})

/** Returns true if a session came through the other one, or the other one through it. */
function isLinked(one: UserSession, other: UserSession): boolean {
  return one.ssoSessionId === other.id || other.ssoSessionId === one.id
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRevokeUserSession.html */
export const AdminRevokeUserSession: Operation = defineOperation<z.infer<typeof revokeInput>>('IAM', revokeInput, [
  isTracked,
  check('the user exists', findTarget),
  write('the tokens of the session, revoked, or the session of the browser, deleted; with LINKED also those linked to it', (flow) => {
    const { SessionId, RevokeAssociatedSessions } = flow.input
    const all = listUserSessions(flow.pool, getUser(flow), flow.world.now())
    const found = all.find(({ id }) => id === SessionId)
    if (found === undefined) throw notFound('Session not found.')
    const linked = RevokeAssociatedSessions === 'LINKED' ? all.filter((each) => isLinked(found, each)) : []
    for (const session of [found, ...linked]) session.end()
    flow.world.store.onChange()
  }),
])

const onPool = z.object({ UserPoolId: z.string() })
const poolInput = onPool.extend({
  UserSessionTracking: z.enum(['ENABLED', 'DISABLED']),
  TokenSession: z.object({ MaxPerUser: z.number().int().min(1).max(100) }),
})

function describeSettings({ id, sessionSettings = DEFAULT_SESSION_SETTINGS }: Pool): SessionSettings & { readonly UserPoolId: string } {
  return { UserPoolId: id, ...sessionSettings }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolSessionConfiguration.html */
export const SetUserPoolSessionConfiguration: Operation = defineOperation<z.infer<typeof poolInput>>('IAM', poolInput, [
  hasTier,
  write('the session settings of the pool', (flow) => {
    const { UserSessionTracking, TokenSession } = flow.input
    flow.pool.sessionSettings = { UserSessionTracking, TokenSession }
    flow.world.store.onChange()
    flow.answer = { ...describeSettings(flow.pool) }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserPoolSessionConfiguration.html */
export const GetUserPoolSessionConfiguration: Operation = defineOperation('IAM', onPool, [
  check('describes the session settings of the pool', (flow) => {
    flow.answer = { ...describeSettings(flow.pool) }
  }),
])

const onClient = onPool.extend({ ClientId: z.string() })
const clientInput = onClient.extend({ SSOSession: z.object({ MaxValidityMinutes: z.number().int().min(0).max(129_600) }) })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolClientSessionConfiguration.html */
export const SetUserPoolClientSessionConfiguration: Operation = defineOperation<z.infer<typeof clientInput>>('IAM', clientInput, [
  hasTier,
  isTracked,
  write('the session settings of the app client', (flow) => {
    const { UserPoolId, ClientId, SSOSession } = flow.input
    requireClient(flow).ssoSession = SSOSession
    flow.world.store.onChange()
    flow.answer = { UserPoolId, ClientId, SSOSession }
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserPoolClientSessionConfiguration.html */
export const GetUserPoolClientSessionConfiguration: Operation = defineOperation('IAM', onClient, [
  check('describes the session settings of the app client', (flow) => {
    const { id: ClientId, ssoSession: SSOSession = DEFAULT_SSO_SESSION } = requireClient(flow)
    flow.answer = { UserPoolId: flow.pool.id, ClientId, SSOSession }
  }),
])
