import * as z from 'zod'
import { parseInput } from '../input.ts'

const unit = z.enum(['seconds', 'minutes', 'hours', 'days'])
const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const

// The flows of an app client that names none.
const DEFAULT_FLOWS = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'] as const

const flow = z.enum([
  ...DEFAULT_FLOWS,
  ...(['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_AUTH'] as const),
  ...(['ADMIN_NO_SRP_AUTH', 'CUSTOM_AUTH_FLOW_ONLY', 'USER_PASSWORD_AUTH'] as const),
])

const clientSettings = z.looseObject({
  ClientName: z.string().min(1).max(128),
  ExplicitAuthFlows: z
    .array(flow)
    .default([])
    .transform((flows) => (flows.length === 0 ? [...DEFAULT_FLOWS] : flows)),
  PreventUserExistenceErrors: z.enum(['LEGACY', 'ENABLED']).default('LEGACY'),
  AccessTokenValidity: z.number().int().positive().default(1),
  IdTokenValidity: z.number().int().positive().default(1),
  RefreshTokenValidity: z.number().int().min(0).default(30),
  TokenValidityUnits: z
    .looseObject({ AccessToken: unit.default('hours'), IdToken: unit.default('hours'), RefreshToken: unit.default('days') })
    .prefault({}),
  AuthSessionValidity: z.number().int().min(3).max(15).default(3),
  EnableTokenRevocation: z.boolean().default(true),
  RefreshTokenRotation: z
    .looseObject({ Feature: z.enum(['ENABLED', 'DISABLED']), RetryGracePeriodSeconds: z.number().int().min(0).max(60).default(0) })
    .default({ Feature: 'DISABLED', RetryGracePeriodSeconds: 0 }),
  ReadAttributes: z.array(z.string()).default([]),
  WriteAttributes: z.array(z.string()).default([]),
  SupportedIdentityProviders: z.array(z.string()).default([]),
  CallbackURLs: z.array(z.string()).default([]),
  DefaultRedirectURI: z.string().optional(),
  LogoutURLs: z.array(z.string()).default([]),
  AllowedOAuthFlows: z.array(z.enum(['code', 'implicit', 'client_credentials'])).default([]),
  AllowedOAuthScopes: z.array(z.string()).default([]),
  AllowedOAuthFlowsUserPoolClient: z.boolean().default(false),
})

type TimeUnit = keyof typeof SECONDS

/** The settings of CreateUserPoolClient and UpdateUserPoolClient, with all defaults. */
export interface ClientSettings {
  readonly ClientName: string
  readonly ExplicitAuthFlows: readonly string[]
  readonly PreventUserExistenceErrors: 'LEGACY' | 'ENABLED'
  readonly AccessTokenValidity: number
  readonly IdTokenValidity: number
  readonly RefreshTokenValidity: number
  readonly TokenValidityUnits: { readonly AccessToken: TimeUnit; readonly IdToken: TimeUnit; readonly RefreshToken: TimeUnit }
  /** In minutes. */
  readonly AuthSessionValidity: number
  readonly EnableTokenRevocation: boolean
  readonly RefreshTokenRotation: { readonly Feature: 'ENABLED' | 'DISABLED'; readonly RetryGracePeriodSeconds: number }
  readonly ReadAttributes: readonly string[]
  readonly WriteAttributes: readonly string[]
  readonly SupportedIdentityProviders: readonly string[]
  readonly CallbackURLs: readonly string[]
  readonly DefaultRedirectURI?: string | undefined
  readonly LogoutURLs: readonly string[]
  readonly AllowedOAuthFlows: readonly ('code' | 'implicit' | 'client_credentials')[]
  readonly AllowedOAuthScopes: readonly string[]
  readonly AllowedOAuthFlowsUserPoolClient: boolean
}

/**
 * Reads the settings of an app client. Keeps settings that the local pool does not know.
 *
 * @throws CognitoError if a setting is invalid.
 */
export function parseClientSettings(input: unknown): ClientSettings {
  return parseInput(clientSettings, input)
}

/** Returns how long a token is valid, in seconds. */
export function tokenSeconds(settings: ClientSettings, token: 'AccessToken' | 'IdToken' | 'RefreshToken'): number {
  // A validity of 0 means the default of 30 days, which only a refresh token can have.
  return (settings[`${token}Validity`] || 30) * SECONDS[settings.TokenValidityUnits[token]]
}

/** Returns true if an app client allows a flow, under its present name or its old one. */
export function allowsFlow({ ExplicitAuthFlows }: ClientSettings, name: string): boolean {
  return ExplicitAuthFlows.some((each) => each === `ALLOW_${name}` || OLD_NAMES[each] === name)
}

const OLD_NAMES: Readonly<Record<string, string>> = {
  ADMIN_NO_SRP_AUTH: 'ADMIN_USER_PASSWORD_AUTH',
  CUSTOM_AUTH_FLOW_ONLY: 'CUSTOM_AUTH',
  USER_PASSWORD_AUTH: 'USER_PASSWORD_AUTH',
}
