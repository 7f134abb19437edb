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

/** A user pool, as the command reads and changes it. */
export interface PoolService {
  readonly describe: (userPoolId: string, signal: AbortSignal) => Promise<Described>
  readonly update: (update: UpdateUserPoolRequest, signal: AbortSignal) => Promise<void>
}

/** What a pool is said to be. */
export interface Described {
  readonly pool: UserPoolType
  /** Settings that Cognito sent and the installed client does not know, so that no update can say them again. */
  readonly unknown: readonly string[]
}

// A person waits longer than a trigger may, over a line that may be slow; forever is too long.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true }

/** The caller's own Cognito: the SDK reads credentials and endpoints from the environment. */
export function poolService(region: string): PoolService {
  const client = new CognitoIdentityProviderClient({ region, requestHandler })
  // An update that is sent again seconds later would take back what somebody else changed in between, and Cognito knows no
  // condition against that. It would also hide what the first answer was.
  const updating = new CognitoIdentityProviderClient({ region, requestHandler, maxAttempts: 1 })
  let raw: unknown
  // The client drops what it does not know, so the answer is read before it does.
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
      if (UserPool === undefined) throw new Error('The answer holds no pool')
      return { pool: UserPool, unknown: findUnknownFields(isObject(raw) ? raw.UserPool : undefined, UserPool) }
    },
    async update(update, abortSignal) {
      await updating.send(new UpdateUserPoolCommand(update), { abortSignal })
    },
  }
}

/**
 * What of an answer is missing from what was made of it, as paths.
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
