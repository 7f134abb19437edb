import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import type { LocalService } from '../../src/local/local-service.ts'
import { listenOnLoopback } from '../../src/local/loopback.ts'

/** A pool as Cognito sends it. */
export type Pool = Readonly<Record<string, unknown>>

/** A part of Cognito that runs here: it describes pools and updates them as Cognito does, and knows no other call. */
export interface CognitoPoolsEndpoint extends LocalService {
  /** Keeps a pool; a setting that it does not name has its default, as after an update that leaves it out. */
  readonly put: (pool: Pool) => void
  readonly pool: (id: string) => Pool | undefined
  readonly updates: () => number
  /** Lets an operation fail with this error of Cognito's, until it is undefined again. */
  readonly fault: (operation: 'DescribeUserPool' | 'UpdateUserPool', name: string | undefined) => void
  /** Lets updates do something of their own to the pool. */
  readonly meddle: (with_: Pool | undefined) => void
}

const TYPE = 'application/x-amz-json-1.1'

// What is no input of UpdateUserPool outlives every update.
const FIXED = [
  'Id',
  'Name',
  'Arn',
  'CreationDate',
  'EstimatedNumberOfUsers',
  'SchemaAttributes',
  'AliasAttributes',
  'UsernameAttributes',
  'UsernameConfiguration',
  'Domain',
  'CustomDomain',
  'EmailConfigurationFailure',
  'SmsConfigurationFailure',
  // Kept when it is left out, as its documentation says.
  'DcrConfiguration',
]

const UPDATABLE = [
  'Policies',
  'DeletionProtection',
  'LambdaConfig',
  'AutoVerifiedAttributes',
  'SmsVerificationMessage',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'VerificationMessageTemplate',
  'SmsAuthenticationMessage',
  'UserAttributeUpdateSettings',
  'MfaConfiguration',
  'DeviceConfiguration',
  'EmailConfiguration',
  'SmsConfiguration',
  'UserPoolTags',
  'AdminCreateUserConfig',
  'UserPoolAddOns',
  'DcrConfiguration',
  'AccountRecoverySetting',
  'UserPoolTier',
  'KeyConfiguration',
  'IssuerConfiguration',
  'AcrConfiguration',
]

/** What a setting becomes that an update leaves out; the others are gone. */
const DEFAULTS: Pool = {
  DeletionProtection: 'INACTIVE',
  LambdaConfig: {},
  MfaConfiguration: 'OFF',
  UserPoolTier: 'ESSENTIALS',
  UserPoolTags: {},
  EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
  Policies: { PasswordPolicy: { MinimumLength: 8, TemporaryPasswordValidityDays: 7 } },
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
}

class Refused extends Error {}

/**
 * Starts it.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
 */
export async function startCognitoPools(): Promise<CognitoPoolsEndpoint> {
  const pools = new Map<string, Pool>()
  const faults = new Map<string, string>()
  let updates = 0
  let meddling: Pool | undefined

  const calls: Readonly<Record<string, (asked: Pool) => object>> = {
    DescribeUserPool: ({ UserPoolId }) => {
      const pool = found(UserPoolId)
      const days = Object(Object(pool.Policies).PasswordPolicy).TemporaryPasswordValidityDays
      // Of a newer pool both are described, although only one can be written.
      const administrators = { ...Object(pool.AdminCreateUserConfig), ...(days !== undefined && { UnusedAccountValidityDays: days }) }
      return { UserPool: { ...pool, AdminCreateUserConfig: administrators } }
    },
    UpdateUserPool: ({ UserPoolId, PoolName, ...settings }) => {
      const pool = found(UserPoolId)
      refuse(settings)
      const kept = Object.entries(pool).filter(([name]) => FIXED.includes(name))
      const ownTags = Object.entries(Object(pool.UserPoolTags)).filter(([name]) => name.startsWith('aws:'))
      const tags = { ...Object.fromEntries(ownTags), ...Object(settings.UserPoolTags ?? DEFAULTS.UserPoolTags) }
      const after: Pool = {
        ...DEFAULTS,
        ...Object.fromEntries(kept),
        ...settings,
        UserPoolTags: tags,
        LastModifiedDate: 1_800_000_000,
        ...meddling,
      }
      pools.set(String(UserPoolId), PoolName === undefined ? after : { ...after, Name: PoolName })
      updates += 1
      return {}
    },
  }
  const found = (id: unknown): Pool => {
    const pool = pools.get(String(id))
    if (pool === undefined) throw new Refused('ResourceNotFoundException', { cause: `User pool ${id} does not exist.` })
    return pool
  }
  const answer = async (request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> => {
    const operation = String(request.headers['x-amz-target']).replace('AWSCognitoIdentityProviderService.', '')
    const fault = faults.get(operation)
    try {
      if (fault !== undefined) throw new Refused(fault, { cause: 'As told' })
      const call = calls[operation]
      if (call === undefined) throw new Refused('UnknownOperationException')
      return { status: 200, body: call(Object(await json(request))) }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { status: 400, body: { __type: error.message, message: error.cause } }
    }
  }

  const service = await listenOnLoopback(
    createServer((request, response) => {
      answer(request).then(
        ({ status, body }) => response.writeHead(status, { 'content-type': TYPE }).end(JSON.stringify(body)),
        () => response.destroy(),
      )
    }),
  )
  return {
    ...service,
    put: (pool) => pools.set(String(pool.Id), { ...DEFAULTS, ...pool }),
    pool: (id) => pools.get(id),
    updates: () => updates,
    fault: (operation, name) => {
      if (name === undefined) faults.delete(operation)
      else faults.set(operation, name)
    },
    meddle: (pool) => {
      meddling = pool
    },
  }
}

function refuse(settings: Pool): void {
  const invalid = (cause: string): Refused => new Refused('InvalidParameterException', { cause })
  for (const name of Object.keys(settings)) if (!UPDATABLE.includes(name)) throw invalid(`Unknown parameter ${name}`)
  if (Object(settings.AdminCreateUserConfig).UnusedAccountValidityDays !== undefined)
    throw invalid('Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays')
  if (Object.keys(Object(settings.UserPoolTags)).some((name) => name.startsWith('aws:')))
    throw invalid('aws: prefixed tag key names are not allowed for external use.')
  if (settings.UserPoolTier === 'LITE' && settings.AcrConfiguration !== undefined)
    throw new Refused('FeatureUnavailableInTierException', { cause: 'Not in this tier' })
  const { PreTokenGeneration, PreTokenGenerationConfig } = Object(settings.LambdaConfig)
  if (
    PreTokenGeneration !== undefined &&
    PreTokenGenerationConfig !== undefined &&
    PreTokenGeneration !== PreTokenGenerationConfig.LambdaArn
  )
    throw invalid('PreTokenGeneration and PreTokenGenerationConfig differ')
}
