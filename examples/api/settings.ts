import { type Environment, type Field, integer, readSettings, strings } from 'cognito-lifeguard/settings'

/** The settings of the deployed functions. */
export interface ApiSettings {
  readonly USER_POOL_ID: string
  /** The app clients whose tokens are valid. */
  readonly CLIENT_IDS: readonly string[]
}

/** The settings of the local server. */
export interface LocalSettings {
  /** The issuer of the local pool's tokens. */
  readonly ISSUER: string
  readonly CLIENT_IDS: readonly string[]
  readonly PORT: number
}

const CLIENT_IDS = strings('the ids of app clients', '5vq2k8h1nd7rj3m0t6b9xw4cpe')

const userPoolId: Field<string> = {
  expected: 'the id of a user pool, such as eu-west-1_Aq7Bw2Xk9',
  read: (text) => (/^[a-z]{2}(?:-[a-z]+)+-\d_[\dA-Za-z]+$/.test(text) ? text : undefined),
  example: 'eu-west-1_Aq7Bw2Xk9',
}

// Only a pool on this machine. A server that trusts the local pool must not trust a pool that others can reach.
const localIssuer: Field<string> = {
  expected: 'the issuer of a local pool, such as http://localhost:9229/us-east-1_Aq7Bw2Xk9',
  read: (text) => (/^http:\/\/(?:localhost|127\.0\.0\.1):\d{1,5}\/[\w-]+$/.test(text) ? text : undefined),
  example: 'http://localhost:9229/us-east-1_Aq7Bw2Xk9',
}

/** @throws InvalidSettingsError, which lists all invalid variables. */
export function readApiSettings(environment: Environment): ApiSettings {
  return readSettings<ApiSettings>({ fields: { USER_POOL_ID: userPoolId, CLIENT_IDS } }, environment)
}

/** @throws InvalidSettingsError, which lists all invalid variables. */
export function readLocalSettings(environment: Environment): LocalSettings {
  const PORT = { ...integer(0, 65_535, 3000), default: 3000 }
  return readSettings<LocalSettings>({ fields: { ISSUER: localIssuer, CLIENT_IDS, PORT } }, environment)
}
