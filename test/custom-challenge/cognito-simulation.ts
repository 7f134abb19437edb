import type { ChallengeResult, CustomChallenge } from '../../src/custom-challenge/index.ts'
import type { AttributeMap } from '../../src/shared/cognito/event.ts'
import { createChallenge, defineChallenge, run, verifyChallenge } from '../../src/testing/index.ts'

/** The user of a simulated sign-in. */
export interface SimulatedUser {
  readonly userName: string
  /** True for a user name that the pool does not have. */
  readonly unknown?: boolean
  readonly status?: string
  readonly attributes?: AttributeMap
}

/** The data that an app gets after each call. */
export type AppView =
  | { readonly kind: 'challenge'; readonly name: string; readonly parameters: AttributeMap }
  | { readonly kind: 'tokens' }
  | { readonly kind: 'refused' }

/** A sign-in as an app sees it. */
export interface SimulatedSignIn {
  /** Answers the current challenge. `password` is true if the app knows the password. */
  readonly respond: (answer: string, password?: boolean) => Promise<AppView>
  readonly view: () => AppView
  /** All parameters and metadata that Cognito keeps, for tests that search them for secrets. */
  readonly kept: () => string
}

/** Returns the next action of a response, or throws if a response has none or two of them. */
function readNext(response: unknown): 'tokens' | 'fail' | { readonly ask: string } {
  const { challengeName, issueTokens, failAuthentication } = Object(response)
  const chosen = [typeof challengeName === 'string', issueTokens === true, failAuthentication === true]
  if (chosen.filter(Boolean).length !== 1) throw new Error(`not exactly one answer: ${JSON.stringify(response)}`)
  return chosen[0] ? { ask: challengeName } : chosen[1] ? 'tokens' : 'fail'
}

/**
 * Signs a user in as Cognito does: it asks DefineAuthChallenge for the next step, and keeps the session and the private parameters.
 *
 * @param start The first challenge, which the app chooses. With `SRP_A`, Cognito has begun to check the password.
 */
export async function beginAuthentication(
  { define, create, verify }: CustomChallenge,
  { userName, unknown: userNotFound = false, status = 'CONFIRMED', attributes = {} }: SimulatedUser,
  start?: 'SRP_A' | 'ADMIN_NO_SRP_AUTH',
): Promise<SimulatedSignIn> {
  const session: ChallengeResult[] = start === undefined ? [] : [{ challengeName: start, challengeResult: true, challengeMetadata: null }]
  const kept: unknown[] = []
  let current = status
  let view: AppView = { kind: 'refused' }
  let secret: AttributeMap = {}
  let metadata: string | null = null
  const user = () => ({ userName, userNotFound, attributes: { ...attributes, 'cognito:user_status': current } })

  const next = async (): Promise<void> => {
    const result = await run(define, defineChallenge({ ...user(), session }))
    const chosen = readNext(result.response)
    if (chosen === 'tokens') view = { kind: 'tokens' }
    else if (chosen === 'fail') view = { kind: 'refused' }
    else if (chosen.ask !== 'CUSTOM_CHALLENGE') view = { kind: 'challenge', name: chosen.ask, parameters: {} }
    else {
      const { response } = await run(create, createChallenge({ ...user(), session, challengeName: chosen.ask }))
      if (response === null) {
        view = { kind: 'refused' }
        return
      }
      secret = response.privateChallengeParameters ?? {}
      metadata = response.challengeMetadata ?? null
      kept.push(response)
      view = { kind: 'challenge', name: chosen.ask, parameters: response.publicChallengeParameters ?? {} }
    }
  }

  await next()
  return {
    view: () => view,
    kept: () => JSON.stringify([kept, session]),
    async respond(answer, password = false) {
      if (view.kind !== 'challenge') return view
      const { name } = view
      if (name === 'CUSTOM_CHALLENGE') {
        const result = await run(verify, verifyChallenge({ ...user(), privateChallengeParameters: secret, challengeAnswer: answer }))
        const challengeResult = result.response?.answerCorrect === true
        session.push({ challengeName: name, challengeResult, challengeMetadata: metadata })
      } else {
        // Cognito refuses a wrong password itself. An unknown user has none.
        if (!password || userNotFound) {
          view = { kind: 'refused' }
          return view
        }
        if (name === 'NEW_PASSWORD_REQUIRED') current = 'CONFIRMED'
        session.push({ challengeName: name, challengeResult: true, challengeMetadata: null })
      }
      await next()
      return view
    },
  }
}
