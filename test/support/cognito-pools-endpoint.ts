import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../../src/tools/local/loopback.ts'

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
  /** What becomes of the line when an update comes, until it is undefined again. */
  readonly line: (trouble: LineTrouble | undefined) => void
  /** Lets updates do something of their own to the pool. */
  readonly meddle: (with_: Pool | undefined) => void
}

/**
 * An update never arrives, or is carried out and then its answer is cut off, or never comes. After a `cut` nothing gets through
 * any more, the answer included or not.
 */
export type LineTrouble = 'lost request' | 'lost answer' | 'no answer' | 'cut' | 'cut after the answer'

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
  let line: LineTrouble | undefined
  let isCut = false
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
  const answer = async (request: IncomingMessage): Promise<{ readonly status: number; readonly body: object } | undefined> => {
    const operation = String(request.headers['x-amz-target']).replace('AWSCognitoIdentityProviderService.', '')
    const fault = faults.get(operation)
    const isUpdate = operation === 'UpdateUserPool'
    if (isCut || (isUpdate && line === 'lost request')) throw new Error('Lost')
    try {
      if (fault !== undefined) throw new Refused(fault, { cause: 'As told' })
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
      // As Cognito has it: what went wrong on its own side is no fault of the request.
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
  if (KMSKeyID !== undefined && !String(KMSKeyID).startsWith('arn:')) throw invalid('KMSKeyID is no ARN')
  const isSecured = (Object(settings.UserPoolAddOns).AdvancedSecurityMode ?? 'OFF') !== 'OFF'
  const versions = isSecured ? ['V1_0', 'V2_0'] : ['V1_0']
  if (settings.UserPoolTier === 'LITE' && !versions.includes(PreTokenGenerationConfig?.LambdaVersion ?? 'V1_0'))
    throw new Refused('FeatureUnavailableInTierException', { cause: 'Not in this tier' })
}
