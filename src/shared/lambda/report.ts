import { writeSync } from 'node:fs'
import { type LostEffect, lostEffects } from '../rules/errors.ts'
import { listRules, type RuleNode } from '../rules/rule.ts'
import type { Trigger } from '../rules/trigger.ts'
import type { FinalDecision } from './handler.ts'
import { type Ended, type LogEntry, logEntry } from './log-entry.ts'
import { type HandlerSettings, isLambda, LOG_LEVELS, type LogFields, type Logger, type LogLevel } from './settings.ts'

/**
 * The key of an {@link InvocationObserver} in the context of an invocation. Only tests set it. Lambda's runtime makes its own context,
 * and no data of an event can have a symbol as key.
 */
export const OBSERVER: unique symbol = Symbol.for('cognito-lifeguard.observer')

/** Receives the decision and the lines of one invocation, which then writes nothing to standard output. */
export interface InvocationObserver {
  readonly onDecision: (decision: FinalDecision<Trigger>) => void
  readonly write: (line: string) => void
}

/** Writes an invocation's log line and metrics. Never throws. */
export type Report = <T extends Trigger>(
  event: unknown,
  context: { readonly awsRequestId?: string; readonly [OBSERVER]?: InvocationObserver } | undefined,
  decision: FinalDecision<T>,
  durationMs: number,
) => void

/**
 * Creates a handler's reporter. It writes metrics at any log level. Metrics are fields of the log line, or have a separate line
 * if a logger is set or if the log level filters out the log line.
 *
 * Metrics go directly to standard output, because CloudWatch reads them only from lines of pure JSON. `console.log` would add a
 * prefix (in Lambda's text format) or put the line into another JSON object (in Lambda's JSON format).
 */
export function reporter(
  trigger: string,
  rule: RuleNode,
  settings: Pick<HandlerSettings, 'logger' | 'logLevel' | 'logHashKey' | 'write'>,
): Report {
  const rules = listRules(rule)
  const names = new Set(rules.map(({ name }) => name))
  const unmet = new Set(rules.flatMap(({ condition }) => condition?.unmet ?? []))
  const reasons = new Set([...unmet, ...rules.flatMap((each) => each.reasons ?? [])])
  const { logger, logLevel = 'info', logHashKey } = settings
  const toOutput = settings.write ?? standardOutput()
  let coldStart = true

  /** If reading the event throws, the log line is lost, but the metrics are written. */
  const entryOrCount = (ended: Ended, writeMetricsAlone: (metrics: LogFields) => void): LogEntry | undefined => {
    try {
      return logEntry(ended)
    } catch {
      const { decision, durationMs } = ended
      const decidedBy = decision.rule == null || !names.has(decision.rule) ? null : decision.rule
      writeMetricsAlone(metricFields({ decision: decision.kind, decidedBy, durationMs }, 0, Date.now()))
      return undefined
    }
  }

  const writeLines: Report = (event, context, decision, durationMs) => {
    const observer = context?.[OBSERVER]
    observer?.onDecision(decision)
    const write = observer?.write ?? toOutput
    const writeJson = (fields: LogFields): void => void write(`${JSON.stringify(fields)}\n`)
    const writeMetricsAlone = (metrics: LogFields): void => writeJson({ trigger, ...metrics })
    const requestId = context?.awsRequestId ?? null
    const ended = { trigger, event, requestId, decision, coldStart, durationMs, hashKey: logHashKey, names, reasons }
    const entry = entryOrCount(ended, writeMetricsAlone)
    if (entry === undefined) return
    coldStart = false
    const severity = chooseSeverity(entry)
    const message = `${trigger} ${entry.decision}`
    const now = Date.now()
    const broken = severity === 'info' ? [] : rulesWithErrors(entry)
    const metrics = metricFields(entry, broken.length, now)
    if (isWritten(severity, logLevel)) {
      // Serialises the entry first, because the logger may change it.
      const line = JSON.stringify({ level: LEVELS[severity], timestamp: new Date(now).toISOString(), message, ...entry, ...metrics })
      if (logger !== undefined && callLogger(logger, severity, message, entry)) writeMetricsAlone(metrics)
      else write(`${line}\n`)
    } else writeMetricsAlone(metrics)
    for (const { reason } of entry.trace)
      if (reason !== undefined && unmet.has(reason)) writeJson(countLine(trigger, 'reason', reason, 'Skips', now))
    if (severity === 'info') return
    for (const rule of broken) writeJson(countLine(trigger, 'rule', rule, 'RuleErrors', now))
    for (const effect of lostEffects(decision.trace)) writeJson(lostLine(effect, trigger, now))
  }

  return (...ended) => {
    try {
      writeLines(...ended)
    } catch {
      // Drops the line and the error. A thrown error would replace the handler's answer, and Cognito would show it to the caller.
    }
  }
}

const LEVELS: Readonly<Record<Severity, string>> = { info: 'INFO', warn: 'WARN', error: 'ERROR' }

/** Calls the logger, and returns true if it did not throw. Errors of the logger must not change a decision or reach the caller. */
function callLogger(logger: Logger, severity: Severity, message: string, entry: LogEntry): boolean {
  try {
    const logging: unknown = logger[severity](message, entry)
    // The logger may be async. An unhandled rejection would end the process.
    if (logging instanceof Promise) logging.catch(() => undefined)
    return true
  } catch {
    return false
  }
}

/** Returns `error` for a failure, `warn` if a rule's error did not fail the invocation, and `info` otherwise, also for a denial. */
function chooseSeverity(entry: LogEntry): Severity {
  if (entry.decision === 'failed') return 'error'
  return entry.trace.some((line) => line.outcome === 'error') ? 'warn' : 'info'
}

/** A log line's severity. */
type Severity = keyof Logger

/** Returns true if the log level includes the severity. */
function isWritten(severity: Severity, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(severity) >= LOG_LEVELS.indexOf(level)
}

/** The CloudWatch namespace of all metrics. */
export const METRIC_NAMESPACE = 'Lifeguard'

interface Directive {
  readonly Namespace: string
  readonly Dimensions: readonly (readonly string[])[]
  readonly Metrics: readonly { readonly Name: string; readonly Unit: 'Count' | 'Milliseconds' }[]
}

const perTrigger: Directive = {
  Namespace: METRIC_NAMESPACE,
  Dimensions: [['trigger']],
  Metrics: [
    { Name: 'Invocations', Unit: 'Count' },
    { Name: 'Denials', Unit: 'Count' },
    { Name: 'RuleErrors', Unit: 'Count' },
    { Name: 'Duration', Unit: 'Milliseconds' },
  ],
}

/** Declares a metric that counts, by trigger and these dimensions. */
function countBy(Name: string, ...dimensions: readonly string[]): Directive {
  return { Namespace: METRIC_NAMESPACE, Dimensions: [['trigger', ...dimensions]], Metrics: [{ Name, Unit: 'Count' }] }
}

/**
 * Returns an invocation's metrics in CloudWatch's embedded metric format. The line that contains them must have the field `trigger`.
 * {@link countLine} counts errors for each rule.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricFields(entry: Pick<LogEntry, 'decision' | 'decidedBy' | 'durationMs'>, ruleErrors: number, now: number): LogFields {
  const denied = entry.decision === 'denied' ? entry.decidedBy : null
  return {
    _aws: { Timestamp: now, CloudWatchMetrics: denied === null ? [perTrigger] : [perTrigger, countBy('Denials', 'rule')] },
    ...(denied !== null && { rule: denied }),
    Invocations: 1,
    Denials: entry.decision === 'denied' ? 1 : 0,
    RuleErrors: ruleErrors,
    Duration: entry.durationMs,
  }
}

/**
 * Returns the metric line for one rule's error, or for a skip because of a condition that declares the reason. Each needs its own line,
 * because a line has one value of a dimension.
 */
export function countLine(
  trigger: string,
  dimension: 'rule' | 'reason',
  value: string,
  name: 'RuleErrors' | 'Skips',
  now: number,
): LogFields {
  return { _aws: { Timestamp: now, CloudWatchMetrics: [countBy(name, dimension)] }, trigger, [dimension]: value, [name]: 1 }
}

/** Returns the names of the rules that had an error. Leaves out shadow rules, and combinators around a rule with an error. */
export function rulesWithErrors(entry: LogEntry): readonly string[] {
  const broken = entry.trace.filter((line) => line.outcome === 'error' && !line.shadow)
  const innermost = broken.filter((line) => !broken.some((other) => other.path.startsWith(`${line.path}.`)))
  const rules = innermost.map((line) => line.rule)
  // An error outside the rules, such as in middleware, has no trace entry, so `decidedBy` is added.
  const { decision, decidedBy } = entry
  return decision === 'failed' && decidedBy !== null && !rules.includes(decidedBy) ? [...rules, decidedBy] : rules
}

/** The message of the log line for a lost effect. Tools search for it. */
export const EFFECT_LOST = 'effect lost'

/**
 * Returns the log line for a lost effect, which is an effect that the ledger may not have recorded. The line identifies the user only
 * by pool and `sub`. It counts the effect in the metric `EffectsLost` for an alarm.
 */
export function lostLine(effect: LostEffect, trigger: string, now: number): LogFields {
  return {
    level: 'ERROR',
    message: EFFECT_LOST,
    ...effect,
    _aws: { Timestamp: now, CloudWatchMetrics: [countBy('EffectsLost')] },
    trigger,
    EffectsLost: 1,
  }
}

const STANDARD_OUTPUT = 1

/** Writes a string or bytes, and returns the number of bytes written, which may be fewer than given. */
type Write = (data: string | Uint8Array) => number

/**
 * Returns a function that writes complete lines to standard output, in order.
 *
 * In Lambda it writes to the file descriptor, because the first use of `process.stdout` creates a stream, which takes a large part of
 * a small handler's cold start. Lambda's `console` writes to a file descriptor too. Outside Lambda it uses `process.stdout`, which
 * tests and tools may have replaced.
 *
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export function standardOutput(direct: boolean = isLambda(), write: Write = toDescriptor(STANDARD_OUTPUT)): (line: string) => void {
  let asStream = !direct
  return (line) => {
    if (asStream) {
      process.stdout.write(line)
      return
    }
    let written = 0
    try {
      written = write(line)
      const length = Buffer.byteLength(line)
      while (written < length) written += write(Buffer.from(line).subarray(written))
    } catch (error) {
      if (!isFull(error)) throw error
      // The pipe is full, and does not block because other code used `process.stdout`. `process.stdout` waits and keeps the lines in order.
      asStream = true
      process.stdout.write(Buffer.from(line).subarray(written))
    }
  }
}

/** Returns a function that writes to a file descriptor without a stream. */
export function toDescriptor(fd: number): Write {
  return (data) => (typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data))
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
