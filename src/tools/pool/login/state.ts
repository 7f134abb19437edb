import { randomUUID } from 'node:crypto'
import type { TokenChanges } from '../issue-tokens.ts'

/** An authorization code, with all that its tokens need. */
export interface AuthorizationCode {
  readonly poolId: string
  readonly clientId: string
  readonly redirectUri: string
  readonly sub: string
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  /** The code challenge of PKCE. */
  readonly challenge: string | undefined
  readonly changes: TokenChanges | undefined
  readonly authTime: number
  /** The session of the browser. */
  readonly ssoSessionId: string
}

/** A sign-in that waits for the answer of an identity provider. */
export interface FederatedAttempt {
  /** The query of the authorization request. */
  readonly query: string
  readonly provider: string
  readonly nonce: string
  readonly redirectUri: string
  /** The token of the browser that started the attempt. */
  readonly csrf: string
}

/** Values that expire, by keys that cannot be guessed. */
export interface Expiring<Value> {
  /** Keeps a value, and returns its key. */
  readonly save: (value: Value) => string
  readonly peek: (key: string) => Value | undefined
  /** Returns a value, and forgets it. */
  readonly take: (key: string) => Value | undefined
}

/** Creates an empty collection. @param milliseconds How long a value stays. */
export function createExpiring<Value>(now: () => number, milliseconds: number): Expiring<Value> {
  const kept = new Map<string, { readonly value: Value; readonly expiresAt: number }>()
  const peek = (key: string): Value | undefined => {
    const found = kept.get(key)
    return found !== undefined && found.expiresAt > now() ? found.value : undefined
  }
  return {
    save(value) {
      // The entries are in the order of their ends.
      for (const [key, { expiresAt }] of kept) {
        if (expiresAt > now()) break
        kept.delete(key)
      }
      const key = randomUUID()
      kept.set(key, { value, expiresAt: now() + milliseconds })
      return key
    },
    peek,
    take(key) {
      const value = peek(key)
      kept.delete(key)
      return value
    },
  }
}

/** The codes and attempts of managed login, in memory. The pool has the sessions of browsers. */
export interface LoginState {
  readonly codes: Expiring<AuthorizationCode>
  readonly attempts: Expiring<FederatedAttempt>
}

const MINUTE_MS = 60_000

/** Creates the state. A code is valid for 5 minutes, as on AWS. */
export function createLoginState(now: () => number): LoginState {
  return {
    codes: createExpiring(now, 5 * MINUTE_MS),
    attempts: createExpiring(now, 10 * MINUTE_MS),
  }
}
