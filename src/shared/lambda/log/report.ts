import { lostEffects } from '../../rules/errors.ts'
import type { RuleNode } from '../../rules/rule.ts'
import type { Trigger } from '../../rules/trigger.ts'
import type { Conclusion } from '../conclude.ts'
import type { HandlerSettings } from '../settings.ts'
import { type Ended, type LogEntry, logEntry } from './entry.ts'
import { textJson, timestamps } from './json-text.ts'
import { logFields } from './log-line.ts'
import { isWritten, type LogFields, type Logger, type Severity } from './logger.ts'
import { lostLine } from './lost-line.ts'
import { breakageLine, brokenRules, metricFields } from './metrics.ts'
import { standardOutput } from './standard-output.ts'

/** Writes the one log line of an invocation, and its metrics. Never throws. */
export type Report = <T extends Trigger>(
  event: unknown,
  context: { readonly awsRequestId?: string } | undefined,
  conclusion: Conclusion<T>,
  durationMs: number,
) => void

/**
 * Makes the reporter of a handler. CloudWatch reads metrics from lines that are nothing but JSON: `console.log` would put a
 * prefix before them in Lambda's text format and wrap them in its JSON format, so they go straight to standard output,
 * whatever the log level is. Without a logger the log line carries them; with one they have a line of their own.
 */
export function reporter(
  trigger: string,
  rule: RuleNode,
  settings: Pick<HandlerSettings, 'logger' | 'logLevel' | 'logHashKey' | 'write'>,
): Report {
  const names = namesIn(rule)
  const { logger, logLevel = 'info', logHashKey } = settings
  const write = settings.write ?? standardOutput()
  const writeJson = (fields: LogFields): void => void write(`${JSON.stringify(fields)}\n`)
  const timestamp = timestamps()
  let coldStart = true

  const writeMetricsAlone = (metrics: string): void => write(`{"trigger":${textJson(trigger)},${metrics}}\n`)

  /** An event of plain JavaScript may throw when it is read: its line is lost then, but it is counted. */
  const entryOrCount = (ended: Ended): LogEntry | undefined => {
    try {
      return logEntry(ended)
    } catch {
      const { decision, durationMs } = ended
      const decidedBy = decision.rule == null || !names.has(decision.rule) ? null : decision.rule
      writeMetricsAlone(metricFields({ decision: decision.kind, decidedBy, durationMs }, 0, Date.now()))
      return undefined
    }
  }

  const writeLines: Report = (event, context, conclusion, durationMs) => {
    const requestId = context?.awsRequestId ?? null
    const entry = entryOrCount({ trigger, event, requestId, decision: conclusion, coldStart, durationMs, hashKey: logHashKey, names })
    if (entry === undefined) return
    coldStart = false
    const severity = severityOf(entry)
    const message = `${trigger} ${entry.decision}`
    const now = Date.now()
    const broken = severity === 'info' ? [] : brokenRules(entry)
    const metrics = metricFields(entry, broken.length, now)
    if (isWritten(severity, logLevel)) {
      // Before somebody else's logger can edit what it is told.
      const line = `{${logFields(entry, severity, message, timestamp(now))},${metrics}}\n`
      if (logger !== undefined && logged(logger, severity, message, entry)) writeMetricsAlone(metrics)
      else write(line)
    } else writeMetricsAlone(metrics)
    if (severity === 'info') return
    for (const rule of broken) writeJson(breakageLine(trigger, rule, now))
    for (const effect of lostEffects(conclusion.trace)) writeJson(lostLine(effect, trigger, now))
  }

  return (...ended) => {
    try {
      writeLines(...ended)
    } catch {
      // What could not be written is lost. Thrown on, its error would take the place of the answer, for the caller to read.
    }
  }
}

/** The names of a composition's rules. */
function namesIn(rule: RuleNode, names: Set<string> = new Set()): ReadonlySet<string> {
  names.add(rule.name)
  for (const child of rule.children ?? []) namesIn(child, names)
  return names
}

/** Hands a line to somebody's logger. A logger that throws must neither change a decision nor show its error to a caller. */
function logged(logger: Logger, severity: Severity, message: string, entry: LogEntry): boolean {
  try {
    const logging: unknown = logger[severity](message, entry)
    // An async logger fits the type too, and a rejection that nobody takes would end the process.
    if (logging instanceof Promise) logging.catch(() => undefined)
    return true
  } catch {
    return false
  }
}

/** Denials are everyday; a rule that broke and was passed over, as post triggers do, is not. */
function severityOf(entry: LogEntry): Severity {
  if (entry.decision === 'failed') return 'error'
  return entry.trace.some((line) => line.outcome === 'broken') ? 'warn' : 'info'
}
