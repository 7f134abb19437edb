import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'

/** A user pool as Cognito's API returns it. */
export type Pool = Readonly<Record<string, unknown>>

/** A fake Cognito endpoint. It supports only DescribeUserPool and UpdateUserPool. */
export interface CognitoPoolsEndpoint extends LocalService {
  /** Stores a pool. Missing settings get their defaults, as in an update. */
  readonly put: (pool: Pool) => void
  readonly pool: (id: string) => Pool | undefined
  readonly updates: () => number
  /** Makes an operation fail with this Cognito error. With undefined, the operation works again. */
  readonly fault: (operation: 'DescribeUserPool' | 'UpdateUserPool', name: string | undefined) => void
  /** Sets the network fault for updates. With undefined, updates work again. */
  readonly line: (trouble: LineTrouble | undefined) => void
  /** Makes each update also change these settings, as if another program changed the pool at the same time. */
  readonly meddle: (with_: Pool | undefined) => void
}

/**
 * A network fault during an update:
 * - `lost request`: the request is dropped.
 * - `lost answer`: the update is executed, and the connection is closed without a response.
 * - `no answer`: the update is executed, and no response is sent.
 * - `cut`: like `lost answer`, and all later requests are dropped.
 * - `cut after the answer`: the update is executed and its response is sent, and all later requests are dropped.
 */
export type LineTrouble = 'lost request' | 'lost answer' | 'no answer' | 'cut' | 'cut after the answer'

const TYPE = 'application/x-amz-json-1.1'

// Fields that UpdateUserPool does not accept, so every update keeps them.
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
  // According to AWS's documentation, an update without this field keeps the field's value.
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

/** The default values of settings that an update leaves out. An omitted setting without a default is removed. */
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
 * Starts the endpoint.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
 */
export async function startCognitoPools(): Promise<CognitoPoolsEndpoint> {
  const pools = new Map<string, Pool>()
  const faults = new Map<string, string>()
  let updates = 0
  let line: LineTrouble | undefined
  let isCut = false
  let meddling: Pool | undefined

  const calls: Readonly<Record<string, (asked: Pool) => object>> = {
    DescribeUserPool: ({ UserPoolId }) => {
      const pool = found(UserPoolId)
      const days = Object(Object(pool.Policies).PasswordPolicy).TemporaryPasswordValidityDays
      // For a newer pool, Cognito returns both UnusedAccountValidityDays and TemporaryPasswordValidityDays. An update accepts only one.
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
  const answer = async (request: IncomingMessage): Promise<{ readonly status: number; readonly body: object } | undefined> => {
    const operation = String(request.headers['x-amz-target']).replace('AWSCognitoIdentityProviderService.', '')
    const fault = faults.get(operation)
    const isUpdate = operation === 'UpdateUserPool'
    if (isCut || (isUpdate && line === 'lost request')) throw new Error('Lost')
    try {
      if (fault !== undefined) throw new Refused(fault, { cause: 'Injected fault' })
      const call = calls[operation]
      if (call === undefined) throw new Refused('UnknownOperationException')
      const body = call(Object(await json(request)))
      if (!isUpdate || line === undefined) return { status: 200, body }
      if (line === 'no answer') return undefined
      isCut = line.startsWith('cut')
      if (line === 'cut after the answer') return { status: 200, body }
      throw new Error('Lost')
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Like Cognito, responds with 500 to an internal error, and with 400 to an error of the request.
      return { status: error.message === 'InternalErrorException' ? 500 : 400, body: { __type: error.message, message: error.cause } }
    }
  }

  const service = await listenOnLoopback(
    createServer((request, response) => {
      answer(request).then(
        (answered) => answered && response.writeHead(answered.status, { 'content-type': TYPE }).end(JSON.stringify(answered.body)),
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
    line: (trouble) => {
      line = trouble
      isCut = false
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
  const { PreTokenGeneration, PreTokenGenerationConfig, CustomSMSSender, CustomEmailSender, KMSKeyID } = Object(settings.LambdaConfig)
  if (
    PreTokenGeneration !== undefined &&
    PreTokenGenerationConfig !== undefined &&
    PreTokenGeneration !== PreTokenGenerationConfig.LambdaArn
  )
    throw invalid('PreTokenGeneration and PreTokenGenerationConfig differ')
  if ((CustomSMSSender ?? CustomEmailSender) !== undefined && KMSKeyID === undefined) throw invalid('KMSKeyID is needed')
  if (KMSKeyID !== undefined && !String(KMSKeyID).startsWith('arn:')) throw invalid('KMSKeyID is not an ARN')
  const isSecured = (Object(settings.UserPoolAddOns).AdvancedSecurityMode ?? 'OFF') !== 'OFF'
  const versions = isSecured ? ['V1_0', 'V2_0'] : ['V1_0']
  if (settings.UserPoolTier === 'LITE' && !versions.includes(PreTokenGenerationConfig?.LambdaVersion ?? 'V1_0'))
    throw new Refused('FeatureUnavailableInTierException', { cause: 'Not in this tier' })
}
