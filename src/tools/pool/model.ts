import type { ClientSettings } from './settings/client-settings.ts'
import type { PoolSettings } from './settings/pool-settings.ts'

/** The status of a user, as in `cognito:user_status`. */
export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED' | 'EXTERNAL_PROVIDER'

/** The way in which a message reaches a user. */
export type Medium = 'EMAIL' | 'SMS'

/** The methods of multi-factor authentication, by the names of their challenges. */
export type MfaMethod = 'SOFTWARE_TOKEN_MFA' | 'SMS_MFA' | 'EMAIL_OTP'

/** A code that a user must enter. `tries` counts the wrong entries. */
export interface Code {
  readonly value: string
  readonly expiresAt: number
  tries: number
}

/** The salted hash of a password: the private value x of SRP. */
export interface PasswordHash {
  readonly salt: string
  readonly x: string
}

/** An identity at an identity provider, as in the attribute `identities`. */
export interface Identity {
  readonly userId: string
  readonly providerName: string
  readonly providerType: string
  readonly issuer: string | null
  readonly primary: boolean
  readonly dateCreated: number
}

/** A user of a pool. All times are in milliseconds since 1970. */
export interface User {
  readonly username: string
  readonly sub: string
  attributes: Record<string, string>
  status: UserStatus
  enabled: boolean
  readonly createdAt: number
  updatedAt: number
  password?: PasswordHash | undefined
  /** The end of a temporary password. */
  passwordExpiresAt?: number | undefined
  groups: string[]
  /** Codes by their purpose: `confirm`, `reset`, or the name of an attribute to verify. */
  codes: Record<string, Code>
  /** Values that replace attributes once the user has entered a code. */
  pending: Record<string, string>
  mfa: { methods: MfaMethod[]; preferred?: MfaMethod | undefined; totp?: string | undefined; newTotp?: string | undefined }
  identities: Identity[]
  /** The number of wrong passwords in a row, and the end of the lock. */
  failures: number
  lockedUntil: number
}

/** A refresh token. The store keeps it by its hash. */
export interface RefreshToken {
  readonly username: string
  readonly clientId: string
  /** The id that all tokens of one sign-in share. */
  readonly origin: string
  readonly authTime: number
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  revoked: boolean
  /** The time of the rotation that replaced this token. */
  replacedAt?: number | undefined
  /** The time of the last refresh with this token. */
  usedAt?: number | undefined
  /** The session of managed login that the sign-in came through. Undefined for a sign-in through the API. */
  readonly ssoSessionId?: string | undefined
}

/** A sign-in that a browser remembers, which AWS calls an SSO session. The pool keeps it by the hash of the browser's cookie. */
export interface SsoSession {
  readonly id: string
  readonly sub: string
  /** The app client of the sign-in. */
  readonly clientId: string
  /** The identity provider. Undefined for a user with a password. */
  readonly provider?: string | undefined
  readonly createdAt: number
  /** The time at which the user last signed in on a page. */
  readonly signedInAt: number
  lastActiveAt: number
}

/** The settings of SetUserPoolSessionConfiguration. */
export interface SessionSettings {
  readonly UserSessionTracking: 'ENABLED' | 'DISABLED'
  readonly TokenSession: { readonly MaxPerUser: number }
}

/** A group of users. */
export interface Group {
  readonly name: string
  description?: string | undefined
  roleArn?: string | undefined
  precedence?: number | undefined
  readonly createdAt: number
  updatedAt: number
}

/** An app client. */
export interface AppClient {
  readonly id: string
  readonly secret?: string | undefined
  settings: ClientSettings
  /** The setting of SetUserPoolClientSessionConfiguration. UpdateUserPoolClient keeps it. */
  ssoSession?: { readonly MaxValidityMinutes: number } | undefined
  readonly createdAt: number
  updatedAt: number
}

/** An identity provider or a resource server, in the form of its operation's input. */
export type Registered = Readonly<Record<string, unknown>>

/** A user pool. */
export interface Pool {
  readonly id: string
  settings: PoolSettings
  /** The settings of SetUserPoolSessionConfiguration. UpdateUserPool keeps them. */
  sessionSettings?: SessionSettings | undefined
  readonly createdAt: number
  updatedAt: number
  readonly clients: Map<string, AppClient>
  readonly groups: Map<string, Group>
  readonly providers: Map<string, Registered>
  readonly resourceServers: Map<string, Registered>
  /** The prefix or name of the managed login's domain. */
  domain?: string | undefined
  /** Users by their normalised names. */
  readonly users: Map<string, User>
  /** The normalised names of users, by `sub:`, `email:`, `phone_number:` and `preferred_username:` with a value. */
  readonly aliases: Map<string, string>
  readonly refreshTokens: Map<string, RefreshToken>
  /** The origins of revoked tokens, with the time at which their last access token expires. */
  readonly revoked: Map<string, number>
  /** The sessions of managed login, by the hashes of the browsers' cookies. */
  readonly ssoSessions: Map<string, SsoSession>
}
