import { isObject } from '../../shared/rules/invocation.ts'
import { wrongPassword } from './errors.ts'
import { type Condition, check, type Flow, onlyIf, type Step } from './operation.ts'
import { answerChallenge, answerSrpChallenge, askNewPassword, describeMaybeUnknown, getSignIn } from './sign-in.ts'
import { trigger } from './triggers.ts'

type Fields = Readonly<Record<string, unknown>>

/** The decision of the define function. */
type Next = { readonly issueTokens: boolean; readonly challengeName: string | undefined }

const decided = (flow: Flow<unknown>): Next => {
  const { next } = getSignIn(flow)
  return next ?? { issueTokens: false, challengeName: undefined }
}
const ASKS_CUSTOM: Condition<unknown> = {
  text: 'the define function answers CUSTOM_CHALLENGE',
  holds: (flow) => decided(flow).challengeName === 'CUSTOM_CHALLENGE',
}
const ASKS_OTHER: Condition<unknown> = {
  text: 'the define function answers another challenge',
  holds: (flow) => !decided(flow).issueTokens,
}

/** The steps that ask the functions of CUSTOM_AUTH what comes next. Tokens follow only if they end without a challenge. */
export const nextSteps: readonly Step<unknown>[] = [
  trigger<unknown>({
    source: 'DefineAuthChallenge_Authentication',
    passes: ['clientMetadata'],
    event: (flow) => {
      const { userName, request } = describeMaybeUnknown(flow)
      return { userName, request: { session: getSignIn(flow).results, ...request } }
    },
    apply: (flow, { challengeName, issueTokens }) => {
      const name = typeof challengeName === 'string' && challengeName !== '' ? challengeName : undefined
      getSignIn(flow).next = { issueTokens: issueTokens === true, challengeName: name }
    },
  }),
  check('the define function issues no tokens for an unknown user, and answers something', (flow) => {
    const { issueTokens, challengeName } = decided(flow)
    if (!issueTokens && challengeName === undefined) throw wrongPassword()
    if (issueTokens && flow.user === undefined) throw wrongPassword()
  }),
  ...onlyIf(ASKS_CUSTOM, [
    trigger<unknown>({
      source: 'CreateAuthChallenge_Authentication',
      passes: ['clientMetadata'],
      event: (flow) => {
        const { userName, request } = describeMaybeUnknown(flow)
        return { userName, request: { challengeName: 'CUSTOM_CHALLENGE', session: getSignIn(flow).results, ...request } }
      },
      apply: (flow, { publicChallengeParameters, privateChallengeParameters, challengeMetadata }) => {
        const signIn = getSignIn(flow)
        signIn.publicParameters = toTexts(publicChallengeParameters)
        signIn.privateParameters = toTexts(privateChallengeParameters)
        signIn.challengeMetadata = typeof challengeMetadata === 'string' ? challengeMetadata : null
      },
    }),
    check<unknown>('asks the custom challenge', (flow) => {
      const { publicParameters = {}, typedName } = getSignIn(flow)
      return answerChallenge(flow, 'CUSTOM_CHALLENGE', { USERNAME: flow.user?.username ?? typedName, ...publicParameters })
    }),
  ]),
  check(
    'asks the challenge that the define function names',
    (flow) => {
      const { challengeName = '' } = decided(flow)
      if (challengeName === 'NEW_PASSWORD_REQUIRED' && flow.user !== undefined) return askNewPassword(flow)
      if (challengeName === 'PASSWORD_VERIFIER') return answerSrpChallenge(flow, getSignIn(flow).srp?.clientValue)
      return answerChallenge(flow, challengeName, { USERNAME: flow.user?.username ?? getSignIn(flow).typedName })
    },
    ASKS_OTHER,
  ),
]

/** The steps that check the answer to a custom challenge. */
export const verifySteps: readonly Step<unknown>[] = [
  trigger<unknown>({
    source: 'VerifyAuthChallengeResponse_Authentication',
    passes: ['clientMetadata'],
    event: (flow) => {
      const { userName, request } = describeMaybeUnknown(flow)
      const { privateParameters = {}, typedAnswer = '' } = getSignIn(flow)
      return { userName, request: { privateChallengeParameters: privateParameters, challengeAnswer: typedAnswer, ...request } }
    },
    apply: (flow, { answerCorrect }) => addResult(flow, 'CUSTOM_CHALLENGE', answerCorrect === true),
  }),
]

/** Adds the result of a challenge to those that the define function gets. */
export function addResult(flow: Flow<unknown>, challengeName: string, challengeResult: boolean): void {
  const signIn = getSignIn(flow)
  const challengeMetadata = challengeName === 'CUSTOM_CHALLENGE' ? (signIn.challengeMetadata ?? null) : null
  signIn.results = [...signIn.results, { challengeName, challengeResult, challengeMetadata }]
}

function toTexts(value: unknown): Record<string, string> {
  const fields: Fields = isObject(value) ? value : {}
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, String(each)]))
}
