import type { Context as LambdaContext } from 'aws-lambda'
import { assertOptions, describeValue } from '../rules/arguments.ts'
import type { FindRefusalText } from '../rules/decision.ts'
import type { Clock } from '../rules/invocation.ts'
import type { Trigger, TriggerContract } from '../rules/trigger.ts'

/** The log levels, in order of increasing severity. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** The lowest severity that is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The fields of a log line, without its message. */
export type LogFields = Record<string, unknown>

/**
 * A logger that takes a message and fields, such as Powertools' Logger.
 *
 * @example
 * preSignUp({ logger: new Logger({ serviceName: 'sign-up' }) }, allowEmailDomains('example.com'))
 */
export interface Logger {
  readonly info: (message: string, fields: LogFields) => void
  readonly warn: (message: string, fields: LogFields) => void
  readonly error: (message: string, fields: LogFields) => void
}

/** The default deadline of a handler, in milliseconds. Cognito waits 5 s, which includes the network and the cold start. */
export const DEFAULT_DEADLINE_MS = 4000

/** Cognito's timeout for a trigger, in milliseconds. It cannot be changed. */
export const COGNITO_LIMIT_MS = 5000

/** Lambda's longest timeout, in milliseconds. The function's own timeout ends an invocation earlier. */
const LAMBDA_LIMIT_MS = 900_000

/** Returns the default deadline of a trigger's handlers, and the longest one, in milliseconds. */
export function deadlineLimits({ waits }: Pick<TriggerContract, 'waits'>): { readonly default: number; readonly max: number } {
  return waits === false ? { default: LAMBDA_LIMIT_MS, max: LAMBDA_LIMIT_MS } : { default: DEFAULT_DEADLINE_MS, max: COGNITO_LIMIT_MS }
}

/** The minimum length of the hash key, in characters. User names can be guessed, so a short key could be found by brute force. */
export const MIN_HASH_KEY_LENGTH = 16

/**
 * The argument of each middy middleware function.
 *
 * @see https://middy.js.org/docs/intro/how-it-works
 */
export interface MiddlewareRequest<Event> {
  event: Event
  context: LambdaContext
  response: Event | null | undefined
  error: Error | null | undefined
  // An object in which middleware stores its own values. middy's type for it has no properties.
  internal: Record<never, unknown>
}

/**
 * A middleware of middy 6 or 7. It is declared here, because middy's declarations import a package that middy does not install. A
 * project that sets `skipLibCheck` to false would not compile with them.
 */
export interface Middleware<Event> {
  name?: string
  before?(request: MiddlewareRequest<Event>): unknown
  after?(request: MiddlewareRequest<Event>): unknown
  onError?(request: MiddlewareRequest<Event>): unknown
}

/** Settings of a handler. All are optional. */
export interface HandlerSettings<T extends Trigger = Trigger> {
  /**
   * The time limit of an invocation in milliseconds, from 1 to 5000. Default: 4000. For a trigger that Cognito does not wait for, the limit
   * is that of the Lambda function.
   */
  readonly deadlineMs?: number
  /** The logger. Default: standard output. */
  readonly logger?: Logger
  /** The lowest severity that is logged. Default: `info`. Metrics are always written. */
  readonly logLevel?: LogLevel
  /** The key of the user hash in log lines, a random string of at least 16 characters. Default: no user hash. */
  readonly logHashKey?: string
  /** `all` to send the codes of this package's rules too. The default is `own`: only the codes of rules that set one with `deny`. */
  readonly refusalCodes?: 'own' | 'all'
  /** Finds the text of a refusal by its code, in the user's language: `refusalTexts(catalogue)`. Default: the rule's message. */
  readonly refusalTexts?: FindRefusalText
  /** Your own middy middleware. It receives a copy of the event. It can make an invocation fail, but cannot undo a denial. */
  readonly middleware?: readonly Middleware<T['event']>[]
  /** Replaces the clock, for tests. */
  readonly clock?: Clock
  /** Replaces the function that writes a line to standard output, for tests. */
  readonly write?: (line: string) => void
}

const NAMES: readonly (keyof HandlerSettings)[] = [
  ...(['deadlineMs', 'logger', 'logLevel', 'logHashKey', 'refusalCodes', 'refusalTexts'] as const),
  ...(['middleware', 'clock', 'write'] as const),
]

/**
 * Validates the settings when the handler is created.
 *
 * @param maxMs The longest deadline of the trigger.
 * @throws RangeError or TypeError with the setting's name, its value (except for a key) and the expected value.
 */
export function assertSettings(
  settings: Pick<HandlerSettings, 'deadlineMs' | 'logLevel' | 'logHashKey' | 'refusalCodes' | 'refusalTexts'>,
  maxMs: number,
): void {
  assertOptions('settings', settings, NAMES)
  const { deadlineMs, logLevel, logHashKey, refusalCodes = 'own', refusalTexts } = settings
  if (refusalCodes !== 'own' && refusalCodes !== 'all')
    throw new TypeError(`refusalCodes is '${String(refusalCodes)}'; expected 'own' or 'all'`)
  if (refusalTexts !== undefined && typeof refusalTexts !== 'function')
    throw new TypeError(
      `refusalTexts is ${describeValue(refusalTexts)}; expected refusalTexts({ fallback: 'en', locales: { en: { ... } } })`,
    )
  if (deadlineMs !== undefined && !(deadlineMs >= 1 && deadlineMs <= maxMs)) {
    throw new RangeError(`deadlineMs is ${deadlineMs}; expected 1 to ${maxMs} milliseconds`)
  }
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel)) {
    throw new TypeError(`logLevel is '${logLevel}'; expected one of ${LOG_LEVELS.join(', ')}`)
  }
  if (logHashKey !== undefined && logHashKey.length < MIN_HASH_KEY_LENGTH) {
    throw new RangeError(`logHashKey is too short; expected a random string of at least ${MIN_HASH_KEY_LENGTH} characters`)
  }
}

/**
 * Returns true if this process is Lambda's runtime, which defines `awslambda.streamifyResponse`. The global `awslambda` alone is not
 * enough, because the AWS SDK creates an empty one when it is loaded.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export function isLambda(): boolean {
  return 'streamifyResponse' in Object(Reflect.get(globalThis, 'awslambda'))
}
