import type { IncomingHttpHeaders } from 'node:http'
import { isSame } from '../authorise.ts'
import { CognitoError } from '../errors.ts'
import type { AppClient, Pool } from '../model.ts'
import type { World } from '../operation.ts'
import { getClient } from '../store.ts'

/** An error of an OAuth endpoint. The application gets its name, the journal its text. */
export function oauthError(name: string, message: string): CognitoError {
  return new CognitoError(name, message)
}

/**
 * Finds the app client of a request, and checks its secret: by HTTP basic authentication or in the form.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 * @throws CognitoError `invalid_client`
 */
export function authenticateClient(
  { store }: Pick<World, 'store'>,
  headers: IncomingHttpHeaders,
  form: URLSearchParams,
): { readonly pool: Pool; readonly client: AppClient } {
  const basic = readBasic(headers.authorization)
  const id = basic?.id ?? form.get('client_id') ?? ''
  if (basic !== undefined && form.has('client_id') && form.get('client_id') !== basic.id)
    throw oauthError('invalid_client', 'The header and the form name two app clients')
  const found = findClient(store, id)
  const given = basic?.secret ?? form.get('client_secret') ?? undefined
  const { secret } = found.client
  if (secret === undefined && given !== undefined && given !== '') throw oauthError('invalid_client', 'The app client has no secret')
  if (secret !== undefined && !isSame(given ?? '', secret)) throw oauthError('invalid_client', 'The secret of the app client is wrong')
  return found
}

function findClient(store: World['store'], id: string): { readonly pool: Pool; readonly client: AppClient } {
  try {
    return getClient(store, id)
  } catch (error) {
    throw error instanceof CognitoError ? oauthError('invalid_client', error.message) : error
  }
}

function readBasic(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) }
}

/** OAuth encodes both parts for a URL. Many clients do not, and Cognito's ids and secrets look the same in both forms. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
