import { buffer } from 'node:stream/consumers'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  UpdateUserPoolCommand,
  type UpdateUserPoolRequest,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { tryParseJson } from '../../../lib/json.ts'

/** The calls to Cognito that the command needs. */
export interface PoolService {
  readonly describe: (userPoolId: string, signal: AbortSignal) => Promise<Described>
  readonly update: (update: UpdateUserPoolRequest, signal: AbortSignal) => Promise<void>
}

/** Cognito's description of a pool. */
export interface Described {
  readonly pool: UserPoolType
  /** Settings that Cognito sent but that the installed AWS SDK cannot send back, so an update would reset them. */
  readonly unknown: readonly string[]
}

// Time limits for Cognito. Longer than in Lambda, because a user of the command line can wait and may have a slow connection.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true }

/** Opens a client of Cognito. The SDK reads credentials and endpoints from the environment. */
export function poolService(region: string): PoolService {
  const client = new CognitoIdentityProviderClient({ region, requestHandler })
  // Does not retry, because a second update could overwrite a change that another user made after the first update: Cognito has no
  // conditional updates. A retry would also hide the first response.
  const updating = new CognitoIdentityProviderClient({ region, requestHandler, maxAttempts: 1 })
  let raw: unknown
  // Reads the raw response, because the SDK drops fields that it does not support.
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { response } = result
      if (isObject(response) && isStream(response.body)) {
        const bytes = await buffer(response.body)
        Object.assign(response, { body: bytes })
        raw = tryParseJson(bytes.toString('utf8'))
      }
      return result
    },
    { step: 'deserialize', priority: 'low' },
  )
  return {
    async describe(UserPoolId, abortSignal) {
      const { UserPool } = await client.send(new DescribeUserPoolCommand({ UserPoolId }), { abortSignal })
      if (UserPool === undefined) throw new Error('The response contains no pool')
      return { pool: UserPool, unknown: findUnknownFields(isObject(raw) ? raw.UserPool : undefined, UserPool) }
    },
    async update(update, abortSignal) {
      await updating.send(new UpdateUserPoolCommand(update), { abortSignal })
    },
  }
}

/**
 * Lists the paths of fields that a raw response contains, but its parsed form does not.
 *
 * @example
 * findUnknownFields({ Policies: { New: 1 } }, { Policies: {} }) // ['Policies.New']
 */
export function findUnknownFields(raw: unknown, known: unknown, path: string = ''): readonly string[] {
  if (raw === null || raw === undefined) return []
  if (known === undefined) return [path]
  if (Array.isArray(raw))
    return raw.flatMap((each, index) => findUnknownFields(each, Array.isArray(known) ? known[index] : undefined, `${path}.${index}`))
  if (!isObject(raw)) return []
  const there = isObject(known) ? known : {}
  const getOwn = (key: string): unknown => (Object.hasOwn(there, key) ? there[key] : undefined)
  return Object.entries(raw).flatMap(([key, value]) => findUnknownFields(value, getOwn(key), path === '' ? key : `${path}.${key}`))
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return isObject(value) && Symbol.asyncIterator in value
}
