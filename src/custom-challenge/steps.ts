import type { AttributeMap } from '../shared/cognito/event.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { MaybePromise } from '../shared/rules/invocation.ts'
import { isKebabCase, type MessageSample, type RulePermission } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { CreateAuthChallenge } from './trigger.ts'

/** A challenge that a step made. */
export interface Challenge<Secret extends AttributeMap> {
  /** The data that the app gets. */
  readonly public: AttributeMap
  /** The data that only `verify` gets. */
  readonly secret: Secret
  /**
   * The data for the next attempt of the same sign-in, at most 1,000 characters. Put no clear secret into it, because AWS does not
   * document who can read the metadata of a challenge.
   */
  readonly state?: string
}

/** The user's answer to a challenge. */
export interface GivenAnswer<Secret extends AttributeMap> {
  readonly answer: string
  /** The secret that `create` or `decoy` made. */
  readonly secret: Secret
  readonly user: RuleContext['user']
  readonly signal: AbortSignal
}

/** A challenge's context: the event, the user and a signal. */
export type ChallengeContext = RuleContext<CreateAuthChallenge>

/** The parts of a custom step. `secret` has one type from `create` to `verify`. */
export interface ChallengeParts<Secret extends AttributeMap> {
  /** The step's name in kebab-case. The app gets it as the public parameter `challenge`. */
  readonly name: string
  /** The number of answers in one sign-in, 3 by default. */
  readonly attempts?: number
  /** True if `create` sends a message. The number of messages is then limited, and each answer of CreateAuthChallenge takes as long. */
  readonly sends?: boolean
  /**
   * False if the right answer does not prove who the user is, as for a CAPTCHA. Then unknown users pass too, and wrong answers
   * are not limited. Default: true.
   */
  readonly provesUser?: boolean
  readonly permissions?: readonly RulePermission[]
  /** Returns the messages of the step, with example values. */
  readonly samples?: () => readonly MessageSample[]
  /** Makes the challenge. Returns undefined if the user cannot pass it, for example without an email address. Then `decoy` is called. */
  create(ctx: ChallengeContext): MaybePromise<Challenge<Secret> | undefined>
  /** Makes a challenge that no answer passes, with the same public data. It is for unknown users and for users over a limit. */
  decoy(ctx: ChallengeContext): MaybePromise<Challenge<Secret>>
  /** Makes the same challenge again after a wrong answer, from its state. Without it, `create` makes a new challenge. */
  again?(ctx: ChallengeContext, state: string): MaybePromise<Challenge<Secret> | undefined>
  /** Returns true if the answer is right. */
  verify(given: GivenAnswer<Secret>): MaybePromise<boolean>
}

/** The first step of a sign-in with a password. */
export interface PasswordStep {
  readonly kind: 'password'
}

/** A custom step. */
export interface ChallengeStep extends Required<Pick<ChallengeParts<AttributeMap>, 'name' | 'attempts' | 'sends' | 'provesUser'>> {
  readonly kind: 'custom'
  /** The parts with which the step was made. */
  readonly parts: ChallengeParts<AttributeMap>
}

/** A step of a sign-in. */
export type Step = PasswordStep | ChallengeStep

/** The most answers that one sign-in permits. */
const MOST_ATTEMPTS = 10

/**
 * Makes a custom step.
 *
 * @throws TypeError if a part is missing or unknown, RangeError if `attempts` is not an integer from 1 to 10.
 * @example
 * defineChallenge({
 *   name: 'pet-name',
 *   create: ({ user }) => ({ public: {}, secret: { pet: user.attributes['custom:pet'] ?? '' } }),
 *   decoy: () => ({ public: {}, secret: { pet: '' } }),
 *   verify: ({ answer, secret }) => secret.pet !== '' && answer === secret.pet,
 * })
 */
export function defineChallenge<Secret extends AttributeMap>(parts: ChallengeParts<Secret>): ChallengeStep
export function defineChallenge(parts: ChallengeParts<AttributeMap>): ChallengeStep {
  assertOptions('defineChallenge()', parts, PARTS)
  const { name, attempts = 3, sends = false, provesUser = true } = parts
  if (!isKebabCase(name)) throw new TypeError(`defineChallenge(): the name is '${name}'; expected kebab-case, such as 'email-code'`)
  const owner = `defineChallenge('${name}')`
  for (const part of ['create', 'decoy', 'verify'] as const)
    if (typeof parts[part] !== 'function') throw new TypeError(`${owner}: ${part} is ${describeValue(parts[part])}; expected a function`)
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > MOST_ATTEMPTS)
    throw new RangeError(`${owner}: attempts is ${attempts}; expected an integer from 1 to ${MOST_ATTEMPTS}`)
  return Object.freeze({ kind: 'custom', name, attempts, sends, provesUser, parts })
}

const PARTS = ['name', 'attempts', 'sends', 'provesUser', 'permissions', 'samples', 'create', 'decoy', 'again', 'verify']

/**
 * Makes the step in which Cognito checks the password. It must be the first step. The app starts the sign-in with SRP.
 *
 * A user whom an administrator created, or whose password was reset, sets a new password in this step. Cognito's MFA and remembered
 * devices work as in a sign-in without custom challenges.
 *
 * @example
 * customChallenge({ steps: [password(), emailCode({ mailer, texts, key })], counter })
 */
export function password(): PasswordStep {
  return PASSWORD
}

const PASSWORD: PasswordStep = Object.freeze({ kind: 'password' })
