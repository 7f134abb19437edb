import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { CognitoResponse, Refusing, Trigger } from '../shared/rules/trigger.ts'
import { MADE, type NextStep } from './next-step.ts'

/** The names that AWS documents for the entries of a session. */
export type ChallengeName =
  | 'SRP_A'
  | 'PASSWORD_VERIFIER'
  | 'CUSTOM_CHALLENGE'
  | 'NEW_PASSWORD_REQUIRED'
  | 'SMS_MFA'
  | 'EMAIL_OTP'
  | 'SOFTWARE_TOKEN_MFA'
  | 'DEVICE_SRP_AUTH'
  | 'DEVICE_PASSWORD_VERIFIER'
  | 'ADMIN_NO_SRP_AUTH'

/** A completed step of a sign-in. */
export interface ChallengeResult {
  readonly challengeName: Open<ChallengeName>
  readonly challengeResult: boolean
  /** The metadata of a `CUSTOM_CHALLENGE`. Null for other challenges. */
  readonly challengeMetadata?: string | null | undefined
}

interface ChallengeRequest {
  readonly userAttributes?: AttributeMap | null | undefined
  /** Set if the app client has `PreventUserExistenceErrors` enabled. */
  readonly userNotFound?: boolean | undefined
  /** The `ClientMetadata` of RespondToAuthChallenge. */
  readonly clientMetadata?: AttributeMap | null | undefined
}

interface WithSession extends ChallengeRequest {
  /** The completed steps, the oldest first. Empty if a sign-in starts without a password. */
  readonly session?: readonly ChallengeResult[] | null | undefined
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html */
export interface DefineAuthChallengeEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'DefineAuthChallenge'>>
  readonly request: WithSession
  /** Cognito sends these fields as null. */
  readonly response: {
    readonly challengeName?: string | null | undefined
    readonly issueTokens?: boolean | null | undefined
    readonly failAuthentication?: boolean | null | undefined
  }
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-create-auth-challenge.html */
export interface CreateAuthChallengeEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'CreateAuthChallenge'>>
  readonly request: WithSession & { readonly challengeName?: Open<ChallengeName> | undefined }
  /** Cognito sends these fields as null. */
  readonly response: {
    readonly publicChallengeParameters?: AttributeMap | null | undefined
    readonly privateChallengeParameters?: AttributeMap | null | undefined
    readonly challengeMetadata?: string | null | undefined
  }
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-verify-auth-challenge-response.html */
export interface VerifyAuthChallengeResponseEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'VerifyAuthChallengeResponse'>>
  readonly request: ChallengeRequest & {
    readonly privateChallengeParameters?: AttributeMap | null | undefined
    readonly challengeAnswer?: string | null | undefined
  }
  /** Cognito sends the field as null. */
  readonly response: { readonly answerCorrect?: boolean | null | undefined }
}

/** The trigger that chooses the next step of a sign-in. A denial ends the sign-in with Cognito's error for a wrong password. */
export interface DefineAuthChallenge extends Refusing {
  readonly name: 'DefineAuthChallenge'
  readonly event: DefineAuthChallengeEvent
  readonly answer: NextStep
}

/** A challenge, as Cognito stores and shows it. */
export interface ChallengeAnswer {
  /** The parameters that the app gets. */
  readonly public: AttributeMap
  /** The parameters that only VerifyAuthChallengeResponse gets. */
  readonly private: AttributeMap
  /** The text that later events have in `session`. */
  readonly metadata: string
}

/** The trigger that makes a challenge, such as a code. */
export interface CreateAuthChallenge extends Trigger {
  readonly name: 'CreateAuthChallenge'
  readonly event: CreateAuthChallengeEvent
  readonly answer: ChallengeAnswer
}

/** The result of a user's answer to a challenge. */
export interface VerifyAnswer {
  readonly correct: boolean
}

/** The trigger that checks a user's answer to a challenge. */
export interface VerifyAuthChallengeResponse extends Trigger {
  readonly name: 'VerifyAuthChallengeResponse'
  readonly event: VerifyAuthChallengeResponseEvent
  readonly answer: VerifyAnswer
}

// Sets all three fields, so that no value of the event remains.
const fields = (challengeName: string | null, tokens: boolean, fail: boolean): CognitoResponse => ({
  challengeName,
  issueTokens: tokens,
  failAuthentication: fail,
})

/** Makes handlers from guards and the rule that matches the session. `customChallenge` is the only caller. */
export const defineAuthChallenge: TriggerFactory<DefineAuthChallenge> = defineTrigger<DefineAuthChallenge>({
  name: 'DefineAuthChallenge',
  refuses: true,
  onError: 'fail',
  combine: 'first',
  encode(next) {
    // A guard in plain JavaScript could answer. Its answer has no mark, so it issues no tokens.
    if (next?.[MADE] !== true) throw new TypeError('Only the steps of customChallenge() choose the next step; a guard can only deny')
    return next.tokens === true ? fields(null, true, false) : fields(next.challenge, false, false)
  },
  encodeDenial: () => fields(null, false, true),
})

// A challenge that no answer passes. It answers an event that does not fit the declared steps.
const NO_CHALLENGE: ChallengeAnswer = { public: {}, private: {}, metadata: 'none' }

/** Makes handlers from one rule for each step. `customChallenge` is the only caller. */
export const createAuthChallenge: TriggerFactory<CreateAuthChallenge> = defineTrigger<CreateAuthChallenge>({
  name: 'CreateAuthChallenge',
  onError: 'fail',
  combine: 'first',
  encode: (challenge = NO_CHALLENGE) => ({
    publicChallengeParameters: challenge.public,
    privateChallengeParameters: challenge.private,
    challengeMetadata: challenge.metadata,
  }),
})

/** Makes handlers from one rule for each step. `customChallenge` is the only caller. */
export const verifyAuthChallengeResponse: TriggerFactory<VerifyAuthChallengeResponse> = defineTrigger<VerifyAuthChallengeResponse>({
  name: 'VerifyAuthChallengeResponse',
  onError: 'fail',
  combine: 'first',
  encode: (answer) => ({ answerCorrect: answer?.correct === true }),
})
