import { randomBytes } from 'node:crypto'
import { notAuthorized } from './errors.ts'
import type { Code } from './model.ts'
import type { SrpChallenge } from './srp.ts'

/** An answered challenge, as DefineAuthChallenge gets it. */
export interface ChallengeResult {
  readonly challengeName: string
  readonly challengeResult: boolean
  readonly challengeMetadata: string | null
}

/** A sign-in between InitiateAuth and its tokens. */
export interface SignIn {
  readonly poolId: string
  readonly clientId: string
  /** The user's name as it was typed. */
  readonly typedName: string
  /** The stored name. Undefined for an unknown user. Its sign-in continues, so that it does not reveal which users exist. */
  readonly username: string | undefined
  /** The flow: `CUSTOM_AUTH`, `USER_AUTH` or one with a password. */
  readonly flow: string
  /** The challenges that the user may answer now. */
  expected: readonly string[]
  srp?: { readonly challenge: SrpChallenge; readonly clientValue: string; readonly salt: string; readonly secretBlock: string } | undefined
  code?: Code | undefined
  /** The challenges of CUSTOM_AUTH that were answered. */
  results: ChallengeResult[]
  /** The last decision of the define function. */
  next?: { readonly issueTokens: boolean; readonly challengeName: string | undefined }
  publicParameters?: Readonly<Record<string, string>> | undefined
  /** The answer to a custom challenge, until the verify function has judged it. */
  typedAnswer?: string | undefined
  privateParameters?: Readonly<Record<string, string>> | undefined
  challengeMetadata?: string | null | undefined
  /** True after the user has set the password of a temporary one. */
  newPassword?: boolean
  /** True if the code of this request has confirmed the user. */
  confirms?: boolean
  /** The medium of a code as first factor, whose address it verifies. */
  verifies?: 'email' | 'phone_number' | undefined
}

/** The sign-ins of all pools. Each waits for an answer under a session, which can be used once. */
export interface Sessions {
  /**
   * Saves a sign-in and returns its session.
   *
   * @param minutes How long the session is valid.
   * @param session The session, if it is not to be random.
   */
  readonly save: (signIn: SignIn, minutes: number, session?: string) => string
  /** Returns the sign-in of a session, and ends the session. @throws CognitoError if the session is unknown or expired. */
  readonly take: (session: string | undefined, clientId: string) => SignIn
  /** Returns the sign-in of a session, which stays. Returns undefined if the session is unknown or expired. */
  readonly peek: (session: string) => SignIn | undefined
  /** Returns the number of sessions. */
  readonly count: () => number
}

const SESSION_BYTES = 96
// The oldest sessions end first if a client under load leaves many open.
const MAX_SESSIONS = 10_000

export function createSessions(now: () => number): Sessions {
  const waiting = new Map<string, { readonly signIn: SignIn; readonly expiresAt: number }>()
  const removeExpired = (): void => {
    // Entries are in the order of their creation, and almost all have the same validity.
    for (const [session, { expiresAt }] of waiting) {
      if (expiresAt > now()) return
      waiting.delete(session)
    }
  }
  return {
    save(signIn, minutes, session = randomBytes(SESSION_BYTES).toString('base64url')) {
      removeExpired()
      for (const oldest of waiting.keys()) {
        if (waiting.size < MAX_SESSIONS) break
        waiting.delete(oldest)
      }
      waiting.set(session, { signIn, expiresAt: now() + minutes * 60_000 })
      return session
    },
    take(session, clientId) {
      const found = session === undefined ? undefined : waiting.get(session)
      if (session === undefined || found === undefined || found.signIn.clientId !== clientId)
        throw notAuthorized('Invalid session for the user.')
      waiting.delete(session)
      if (found.expiresAt <= now()) throw notAuthorized('Invalid session for the user, session is expired.')
      return found.signIn
    },
    peek(session) {
      const found = waiting.get(session)
      return found === undefined || found.expiresAt <= now() ? undefined : found.signIn
    },
    count: () => waiting.size,
  }
}
