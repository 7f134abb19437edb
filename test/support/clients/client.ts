import { type AuthError, readAuthError } from '../../../src/client/read-auth-error.ts'

/** The attributes and the metadata of a user, by their names. */
export type Texts = Readonly<Record<string, string>>

/** The answer to a sign-in: the user is signed in, or must answer a challenge. */
export interface Step {
  readonly step: 'done' | 'totp' | 'sms' | 'email' | 'custom'
  /** The public parameters of a custom challenge. */
  readonly parameters?: Texts
}

export interface SignedUp {
  readonly confirmed: boolean
  /** The masked address to which the code went. */
  readonly destination: string | null
}

export interface Tokens {
  readonly access: string
  readonly id: string
}

/**
 * An unmodified client of user pools, behind one interface. All values are JSON, so that the client may run in a browser. Errors are
 * those of the client.
 */
export interface TestClient {
  readonly signUp: (email: string, password: string, attributes: Texts, metadata: Texts) => Promise<SignedUp>
  readonly confirm: (email: string, code: string) => Promise<void>
  /** Returns the masked address of the new code. */
  readonly resend: (email: string) => Promise<string | null>
  readonly signIn: (email: string, password: string, metadata: Texts) => Promise<Step>
  readonly startCustom: (email: string) => Promise<Step>
  /** Answers the challenge of the sign-in. */
  readonly answer: (answer: string) => Promise<Step>
  readonly tokens: () => Promise<Tokens>
  /** Gets new tokens with the refresh token. */
  readonly refresh: () => Promise<Tokens>
  readonly attributes: () => Promise<Texts>
  readonly forgot: (email: string) => Promise<string | null>
  readonly reset: (email: string, code: string, password: string) => Promise<void>
  readonly changeEmail: (email: string) => Promise<void>
  readonly verifyEmail: (code: string) => Promise<void>
  /** Returns the secret for the authenticator app. */
  readonly setUpApp: () => Promise<string>
  readonly verifyApp: (code: string) => Promise<void>
  readonly preferFactor: (factor: 'totp' | 'sms') => Promise<void>
  readonly signOutEverywhere: () => Promise<void>
  readonly deleteUser: () => Promise<void>
}

/** An error of a client, as its users see it. */
export interface ClientError {
  /** The class of the error, such as `AuthError`. */
  readonly type: string
  readonly name: string
  readonly message: string
}

/** Converts an error of a client to data. */
export function toClientError(error: unknown): ClientError {
  if (!(error instanceof Error)) {
    const { name, message } = Object(error)
    return { type: 'not an Error', name: String(name), message: String(message) }
  }
  const base: unknown = Object.getPrototypeOf(error)?.constructor?.name
  return { type: String(base), name: error.name, message: error.message }
}

/** The result of a call: data, so that it can leave a browser. */
export type Outcome = { readonly value: unknown } | { readonly error: ClientError }

/** Calls a method of a client. Never rejects. */
export async function callClient(client: TestClient, method: string, args: readonly unknown[]): Promise<Outcome> {
  try {
    const value: unknown = await Reflect.get(client, method)(...args)
    return { value: value ?? null }
  } catch (error) {
    return { error: toClientError(error) }
  }
}

/** Calls a method of a client, and reads its error as an application does. Returns null if the call succeeds. */
export async function readCallError(client: TestClient, method: string, args: readonly unknown[]): Promise<AuthError | null> {
  try {
    await Reflect.get(client, method)(...args)
    return null
  } catch (error) {
    return readAuthError(error)
  }
}

/** Creates a client whose calls go through a function, and that rejects with the data of an error. */
export function createProxyClient(call: (method: string, args: readonly unknown[]) => Promise<Outcome>): TestClient {
  const get = (_: unknown, method: string) => {
    // A promise of this client must not take it for a promise.
    if (method === 'then') return undefined
    return async (...args: readonly unknown[]): Promise<unknown> => {
      const outcome = await call(method, args)
      if ('error' in outcome) throw outcome.error
      return outcome.value
    }
  }
  return new Proxy(Object(null), { get })
}

/** Wraps a client in this process, so that it rejects with the data of an error. */
export function withErrors(client: TestClient): TestClient {
  return createProxyClient((method, args) => callClient(client, method, args))
}
