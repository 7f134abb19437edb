import type { AttributeMap } from '../shared/cognito/event.ts'
import type { Counter, Limit } from '../shared/limits/counter.ts'
import { type Answer, respond, type Skip, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission, type Run } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { crypto } from './crypto.ts'
import { type DeclaredSteps, formatMetadata, matchSession } from './match-session.ts'
import type { Challenge, ChallengeContext, ChallengeStep } from './steps.ts'
import type { ChallengeAnswer, CreateAuthChallenge, VerifyAuthChallengeResponse } from './trigger.ts'

/** The limits of a user, across sign-ins. */
export interface Limits {
  readonly counter: Counter | undefined
  readonly wrongAnswers: Limit
  readonly messages: Limit
  readonly answersAfterMs: number
}

/** The parameter with the step's name, in the public and the private parameters. */
const STEP = 'challenge'
/** The time that the handler keeps to return an answer, in milliseconds. */
const MARGIN_MS = 150
/** CAPTCHA tokens have up to 4,000 characters. */
const LONGEST_ANSWER = 8192
const LONGEST_STATE = 1000

/** Makes the rule that makes a step's challenge, if it is the step's turn. */
export function createRule(step: ChallengeStep, declared: DeclaredSteps, limits: Limits): Rule<CreateAuthChallenge> {
  return defineRule<CreateAuthChallenge>(
    step.name,
    async (ctx, run): Promise<Skip | Answer<ChallengeAnswer>> => {
      const { session, challengeName } = ctx.event.request
      const match = matchSession(declared, session, ctx.user.status)
      if (match.kind !== 'custom' || match.step !== step.name || challengeName !== 'CUSTOM_CHALLENGE') return skip('other-step')
      const again = match.state === undefined ? undefined : await step.parts.again?.(ctx, match.state)
      if (again !== undefined) return respond(toAnswer(step, again), 'same-challenge')
      const wait = step.sends && limits.answersAfterMs > 0 ? startWait(limits.answersAfterMs, run) : undefined
      try {
        const made = await makeChallenge(step, limits, ctx)
        await wait?.over
        return respond(toAnswer(step, made.challenge), made.reason)
      } finally {
        wait?.cancel()
      }
    },
    {
      can: ['answer'],
      reasons: ['other-step', 'same-challenge', 'new-challenge', 'user-not-found', 'too-many-messages', 'user-cannot-pass'],
      ...declarations(step, limits, step.sends),
      ...(step.parts.samples && { samples: step.parts.samples }),
    },
  )
}

/** Makes the rule that checks an answer to a step's challenge. */
export function verifyRule(step: ChallengeStep, limits: Limits): Rule<VerifyAuthChallengeResponse> {
  return defineRule<VerifyAuthChallengeResponse>(
    step.name,
    async (ctx) => {
      const { challengeAnswer: answer, privateChallengeParameters: secret, userNotFound } = ctx.event.request
      if (secret?.[STEP] !== step.name) return skip('other-step')
      if (typeof answer !== 'string' || answer === '' || answer.length > LONGEST_ANSWER) return respond({ correct: false }, 'no-answer')
      // Counts the answer before it is checked. Otherwise parallel sign-ins could have more answers checked than the limit permits.
      const use = step.provesUser ? hashUse(secret, answer) : undefined
      const key = limitKey('wrong-answers', step, ctx)
      if (use !== undefined && (await limits.counter?.count(key, limits.wrongAnswers, ctx.signal, use)) === false)
        return respond({ correct: false }, 'too-many-answers')
      const { user, signal } = ctx
      const right = (await step.parts.verify({ answer, secret, user, signal })) === true
      if (userNotFound === true && step.provesUser) return respond({ correct: false }, 'user-not-found')
      if (!right) return respond({ correct: false }, 'wrong-answer')
      if (use !== undefined) await limits.counter?.release(key, limits.wrongAnswers, signal, use)
      return respond({ correct: true }, 'right-answer')
    },
    {
      can: ['answer'],
      reasons: ['other-step', 'no-answer', 'too-many-answers', 'user-not-found', 'wrong-answer', 'right-answer'],
      ...declarations(step, limits, step.provesUser),
    },
  )
}

interface Made {
  readonly challenge: Challenge<AttributeMap>
  readonly reason: 'new-challenge' | 'user-not-found' | 'too-many-messages' | 'user-cannot-pass'
}

/** Makes a challenge, or a decoy if the user is unknown, has got too many messages, or cannot pass the step. */
async function makeChallenge({ parts, sends, provesUser, name }: ChallengeStep, limits: Limits, ctx: ChallengeContext): Promise<Made> {
  const counted = sends ? await limits.counter?.count(limitKey('messages', { name }, ctx), limits.messages, ctx.signal) : true
  const decoy = async (reason: Made['reason']): Promise<Made> => ({ challenge: await parts.decoy(ctx), reason })
  if (ctx.event.request.userNotFound === true && provesUser) return decoy('user-not-found')
  if (counted === false) return decoy('too-many-messages')
  const challenge = await parts.create(ctx)
  return challenge === undefined ? decoy('user-cannot-pass') : { challenge, reason: 'new-challenge' }
}

function toAnswer({ name }: ChallengeStep, { public: shown, secret, state }: Challenge<AttributeMap>): ChallengeAnswer {
  for (const map of [shown, secret]) if (Object.hasOwn(map, STEP)) throw new TypeError(`A challenge cannot have the parameter '${STEP}'`)
  for (const [key, value] of [...Object.entries(shown), ...Object.entries(secret)])
    if (typeof value !== 'string') throw new TypeError(`The parameter '${key}' is a ${typeof value}; Cognito accepts only strings`)
  if (state !== undefined && state.length > LONGEST_STATE)
    throw new TypeError(`The state of a challenge has over ${LONGEST_STATE} characters`)
  return { public: { ...shown, [STEP]: name }, private: { ...secret, [STEP]: name }, metadata: formatMetadata(name, state) }
}

/**
 * Starts to wait for a number of milliseconds, but at most until shortly before the deadline. Call it before the message is sent. A later
 * timer for the rest of the time would round it to milliseconds, and so reveal how long the message took.
 */
function startWait(ms: number, run: Run): { readonly over: Promise<void>; readonly cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, Math.min(ms, run.remainingMs() - MARGIN_MS)))
  })
  return { over, cancel: () => clearTimeout(timer) }
}

/** Identifies an answer to a challenge. An event that Cognito repeats then counts once. */
function hashUse(secret: AttributeMap, answer: string): string {
  return crypto()
    .createHash('sha256')
    .update(JSON.stringify([secret, answer]))
    .digest('base64url')
    .slice(0, 16)
}

/** Returns the key of a limit. An unknown user has one for each typed name, so that limits do not reveal who exists. */
function limitKey(kind: 'wrong-answers' | 'messages', { name }: { readonly name: string }, { event, user }: LimitedContext): string {
  const { userPoolId, request } = event
  const who =
    request.userNotFound === true || user.sub === undefined ? `name:${user.userName.normalize('NFC').toLowerCase()}` : `sub:${user.sub}`
  return `${kind}#${name}#${userPoolId}#${who}`
}

type LimitedContext = Pick<RuleContext<CreateAuthChallenge> | RuleContext<VerifyAuthChallengeResponse>, 'event' | 'user'>

/** Returns the permissions of a rule, if all its parts declare theirs. */
function declarations(
  { parts }: ChallengeStep,
  { counter }: Limits,
  counts: boolean,
): { readonly permissions?: readonly RulePermission[] } {
  if (parts.permissions === undefined) return {}
  return { permissions: [...parts.permissions, ...(counts && counter !== undefined ? counter.permissions : [])] }
}
