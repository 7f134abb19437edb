/** The mark of a next step. The package does not export it, so no rule of an application can make a next step. */
export const MADE: unique symbol = Symbol('made by matchSession')

/** The next challenge of a sign-in. */
export interface NextChallenge {
  readonly challenge: 'CUSTOM_CHALLENGE' | 'PASSWORD_VERIFIER' | 'NEW_PASSWORD_REQUIRED'
  readonly tokens?: never
  readonly [MADE]: true
}

/** The end of a sign-in whose steps have all passed. */
export interface IssueTokens {
  readonly tokens: true
  readonly challenge?: never
  readonly [MADE]: true
}

/** The answer of DefineAuthChallenge: a challenge or tokens. A denial fails the sign-in. */
export type NextStep = NextChallenge | IssueTokens

export function askNext(challenge: NextChallenge['challenge']): NextChallenge {
  return { challenge, [MADE]: true }
}

export function issueTokens(): IssueTokens {
  return { tokens: true, [MADE]: true }
}
