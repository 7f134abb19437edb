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
 * preSignUp.with({ logger: new Logger({ serviceName: 'sign-up' }) })(allowEmailDomains('example.com'))
 */
export interface Logger {
  readonly info: (message: string, fields: LogFields) => void
  readonly warn: (message: string, fields: LogFields) => void
  readonly error: (message: string, fields: LogFields) => void
}

/** How serious a line of ours is: denials are everyday, breakages are not. */
export type Severity = keyof Logger

/** Whether a line of that seriousness is written at that level. */
export function isWritten(severity: Severity, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(severity) >= LOG_LEVELS.indexOf(level)
}
