import type { Context as LambdaContext } from 'aws-lambda'
import { assertOptions } from '../rules/arguments.ts'
import type { Clock } from '../rules/invocation.ts'
import type { Trigger } from '../rules/trigger.ts'

/** How much is written, least to most serious. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** From which seriousness on a line is written. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a line holds besides its message. */
export type LogFields = Record<string, unknown>

/**
 * Where log lines go. Powertools' Logger fits; so does any logger that takes a message and fields.
 *
 * @example
 * preSignUp({ logger: new Logger({ serviceName: 'sign-up' }) }, allowEmailDomains('example.com'))
 */
export interface Logger {
  readonly info: (message: string, fields: LogFields) => void
  readonly warn: (message: string, fields: LogFields) => void
  readonly error: (message: string, fields: LogFields) => void
}

/** How long a handler may take, in milliseconds. Cognito waits for five seconds, the network and the cold start included. */
export const DEFAULT_DEADLINE_MS = 4000

/** Cognito gives up after that many milliseconds, and this cannot be changed. */
export const COGNITO_LIMIT_MS = 5000

/** The shortest key of the user hash, in characters: names are guessable, so a short key could be tried out together with them. */
export const MIN_HASH_KEY_LENGTH = 16

/**
 * What middy hands to each function of a middleware.
 *
 * @see https://middy.js.org/docs/intro/how-it-works
 */
export interface MiddlewareRequest<Event> {
  event: Event
  context: LambdaContext
  response: Event | null | undefined
  error: Error | null | undefined
  // middy's own type for it is the empty object, which its middleware fills.
  internal: Record<never, unknown>
}

/**
 * A middleware of middy, of version 6 or 7. It is written down here, since middy's own declarations need a package that middy does
 * not install, so that a project which checks the declarations of its libraries would not compile.
 */
export interface Middleware<Event> {
  name?: string
  before?(request: MiddlewareRequest<Event>): unknown
  after?(request: MiddlewareRequest<Event>): unknown
  onError?(request: MiddlewareRequest<Event>): unknown
}

/** How a handler runs; all of it has a default. */
export interface HandlerSettings<T extends Trigger = Trigger> {
  /** Milliseconds from the start of the invocation, 1 to 5000; 4000 unless set. */
  readonly deadlineMs?: number
  /** Where log lines go; standard output unless set. */
  readonly logger?: Logger
  /** From which seriousness on lines are written; `info` unless set. Metrics are always written. */
  readonly logLevel?: LogLevel
  /** With it, log lines hold a keyed hash of the user; a random text of at least 16 characters. */
  readonly logHashKey?: string
  /** middy middleware of your own. It sees a copy of the event, and has no say in the decision. */
  readonly middleware?: readonly Middleware<T['event']>[]
  /** Time, for tests. */
  readonly clock?: Clock
  /** Writes a line to standard output, for tests. */
  readonly write?: (line: string) => void
}

const NAMES: readonly (keyof HandlerSettings)[] = ['deadlineMs', 'logger', 'logLevel', 'logHashKey', 'middleware', 'clock', 'write']

/**
 * Refuses settings that cannot work when the handler is made, not when a user signs up.
 *
 * @throws RangeError or TypeError that names the setting, what it holds (but for a key) and what it should hold.
 */
export function assertSettings(settings: Pick<HandlerSettings, 'deadlineMs' | 'logLevel' | 'logHashKey'>): void {
  assertOptions('settings', settings, NAMES)
  const { deadlineMs, logLevel, logHashKey } = settings
  if (deadlineMs !== undefined && !(deadlineMs >= 1 && deadlineMs <= COGNITO_LIMIT_MS)) {
    throw new RangeError(`deadlineMs is ${deadlineMs}; expected 1 to ${COGNITO_LIMIT_MS} milliseconds: Cognito waits no longer`)
  }
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel)) {
    throw new TypeError(`logLevel is '${logLevel}'; expected one of ${LOG_LEVELS.join(', ')}`)
  }
  if (logHashKey !== undefined && logHashKey.length < MIN_HASH_KEY_LENGTH) {
    throw new RangeError(`logHashKey is too short; expected a random text of at least ${MIN_HASH_KEY_LENGTH} characters`)
  }
}

/**
 * Whether this process is Lambda's runtime: its global for response streaming tells. That there is such a global at all
 * proves nothing, since the AWS SDK makes an empty one wherever it is loaded.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export function isLambda(): boolean {
  return 'streamifyResponse' in Object(Reflect.get(globalThis, 'awslambda'))
}
