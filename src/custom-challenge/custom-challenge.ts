import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import type { HandlerSettings } from '../shared/lambda/settings.ts'
import { assertLimit, type Counter, type Limit } from '../shared/limits/counter.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { deny, respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RuleArgument } from '../shared/rules/rule.ts'
import type { Trigger } from '../shared/rules/trigger.ts'
import { createRule, verifyRule } from './challenge-rules.ts'
import { type DeclaredSteps, matchSession } from './match-session.ts'
import { askNext, issueTokens } from './next-step.ts'
import type { ChallengeStep, Step } from './steps.ts'
import {
  type CreateAuthChallenge,
  createAuthChallenge,
  type DefineAuthChallenge,
  defineAuthChallenge,
  type VerifyAuthChallengeResponse,
  verifyAuthChallengeResponse,
} from './trigger.ts'

/** Options of {@link customChallenge}. */
export interface CustomChallengeOptions {
  /** The steps of a sign-in, in order. `password()` can only be the first. */
  readonly steps: readonly [Step, ...Step[]]
  /** Rules that may deny before each step. Pre authentication does not run in a sign-in without a password. */
  readonly before?: readonly RuleArgument<DefineAuthChallenge>[]
  /** Counts wrong answers and sent messages of a user, across sign-ins. Required, unless `limitPerSessionOnly` is true. */
  readonly counter?: Counter
  /** True to limit only the answers of one sign-in. Then an attacker can start any number of sign-ins, and so guess without end. */
  readonly limitPerSessionOnly?: boolean
  /** The wrong answers to one step per user. Default: 5 an hour. */
  readonly wrongAnswers?: Limit
  /** The messages of one step per user. Default: 5 an hour. */
  readonly messages?: Limit
  /**
   * The shortest time for a challenge that sends a message, in milliseconds, 1000 by default. Unknown users get no message, and wait
   * as long. A message that takes longer reveals that the user exists.
   */
  readonly answersAfterMs?: number
  /** The settings of the three handlers, such as the log level. */
  readonly settings?: Omit<HandlerSettings, 'middleware'>
}

/** The Lambda handlers of a sign-in with custom challenges. The pool needs all three. */
export interface CustomChallenge {
  readonly define: TriggerHandler<DefineAuthChallenge>
  readonly create: TriggerHandler<CreateAuthChallenge>
  readonly verify: TriggerHandler<VerifyAuthChallengeResponse>
}

const OPTIONS = [
  ...['steps', 'before', 'counter', 'limitPerSessionOnly', 'wrongAnswers', 'messages', 'answersAfterMs', 'settings'],
] as const
const HOURLY: Limit = { max: 5, windowSeconds: 3600 }
const LONGEST_WAIT_MS = 3000
const OWNER = 'customChallenge()'

/**
 * Makes the three Lambda handlers of a sign-in with custom challenges from one list of steps.
 *
 * Tokens are issued only after all steps have passed, in their order. Any other history of steps fails the sign-in.
 *
 * @throws TypeError if the steps are invalid, if no step proves who the user is, or if the counter is missing. RangeError if a number is
 *   out of range.
 * @example
 * export const { define, create, verify } = customChallenge({ steps: [password(), emailCode({ mailer, texts, key })], counter })
 */
export function customChallenge(options: CustomChallengeOptions): CustomChallenge {
  assertOptions(OWNER, options, OPTIONS)
  const { before = [], counter, wrongAnswers = HOURLY, messages = HOURLY, answersAfterMs = 1000, settings = {} } = options
  const declared = readSteps(options.steps)
  const { custom } = declared
  if (!Array.isArray(before)) throw new TypeError(`${OWNER}: before is ${describeValue(before)}; expected a list of rules`)
  assertCounter(custom, options)
  assertLimit(`${OWNER}: wrongAnswers`, wrongAnswers)
  assertLimit(`${OWNER}: messages`, messages)
  if (!(answersAfterMs >= 0 && answersAfterMs <= LONGEST_WAIT_MS))
    throw new RangeError(`${OWNER}: answersAfterMs is ${answersAfterMs}; expected 0 to ${LONGEST_WAIT_MS} milliseconds`)
  const isEmpty = custom.length === 0
  const limits = { counter, wrongAnswers, messages, answersAfterMs }
  return {
    define: defineAuthChallenge(settings, ...before, matchRule(declared)),
    create: createAuthChallenge(settings, ...(isEmpty ? [noChallenge] : custom.map((step) => createRule(step, declared, limits)))),
    verify: verifyAuthChallengeResponse(settings, ...(isEmpty ? [noChallenge] : custom.map((step) => verifyRule(step, limits)))),
  }
}

/** The declared steps, with the parts of the custom ones. */
export interface CheckedSteps extends DeclaredSteps {
  readonly custom: readonly ChallengeStep[]
}

function readSteps(steps: unknown): CheckedSteps {
  if (!Array.isArray(steps) || steps.length === 0)
    throw new TypeError(`${OWNER}: steps is ${describeValue(steps)}; expected a list such as [password(), emailCode({ ... })]`)
  const custom: ChallengeStep[] = []
  for (const [index, step] of steps.entries()) {
    if (isPassword(step)) {
      if (index > 0)
        throw new TypeError(`${OWNER}: step ${index + 1} is password(); it can only be the first, because the app starts with SRP`)
    } else if (isChallenge(step)) custom.push(step)
    else
      throw new TypeError(`${OWNER}: step ${index + 1} is ${describeValue(step)}; expected password(), emailCode({ ... }) or another step`)
  }
  const twice = custom.find(({ name }, index) => custom.findIndex((other) => other.name === name) !== index)
  if (twice !== undefined) throw new TypeError(`${OWNER}: two steps are named '${twice.name}'; expected different names`)
  const password = custom.length < steps.length
  if (!password && custom.every(({ provesUser }) => !provesUser))
    throw new TypeError(`${OWNER}: no step proves who the user is; add password() or a code`)
  return { password, custom }
}

const readKind = (step: unknown): unknown => (typeof step === 'object' && step !== null && 'kind' in step ? step.kind : undefined)
const isPassword = (step: unknown): boolean => readKind(step) === 'password'
const isChallenge = (step: unknown): step is ChallengeStep => readKind(step) === 'custom'

function assertCounter(custom: readonly ChallengeStep[], { counter, limitPerSessionOnly = false }: CustomChallengeOptions): void {
  if (counter !== undefined) {
    if (typeof counter !== 'object' || counter === null || typeof counter.count !== 'function' || typeof counter.release !== 'function')
      throw new TypeError(`${OWNER}: counter is ${describeValue(counter)}; expected a counter such as dynamoCounter({ documents, table })`)
    return
  }
  const limited = custom.find(({ sends, provesUser }) => sends || provesUser)
  if (limited !== undefined && limitPerSessionOnly !== true)
    throw new TypeError(
      `${OWNER}: the step '${limited.name}' needs a counter, because an attacker can start many sign-ins of one user. Add counter, or set limitPerSessionOnly: true`,
    )
}

/** Makes the rule that chooses the next step. It is the only rule that can issue tokens. */
function matchRule(declared: CheckedSteps): Rule<DefineAuthChallenge> {
  return defineRule<DefineAuthChallenge>(
    'match-session',
    ({ event, user }) => {
      const { session, userNotFound } = event.request
      const match = matchSession(declared, session, user.status)
      if (match.kind === 'failed') return deny(match.reason, NOT_SHOWN)
      if (match.kind === 'custom') return respond(askNext('CUSTOM_CHALLENGE'), 'next-challenge')
      if (match.kind === 'password') return respond(askNext(match.challenge), 'next-challenge')
      // An unknown user cannot pass a step that proves the user. This is a second check.
      return userNotFound === true ? deny('user-not-found', NOT_SHOWN) : respond(issueTokens(), 'all-steps-passed')
    },
    {
      can: ['deny', 'answer'],
      permissions: [],
      reasons: ['all-steps-passed', 'attempts-used', 'next-challenge', 'not-the-steps', 'password-not-checked', 'user-not-found'],
    },
  )
}

/** The rule of two handlers if the sign-in has only a password. Cognito then never calls them. */
const noChallenge: Rule = defineRule<Trigger>('no-challenge', () => skip('no-step'), { can: [], permissions: [], reasons: ['no-step'] })

/** A denial of this trigger has no text, because the response refuses the user. */
const NOT_SHOWN = 'Sign-in is not possible'
