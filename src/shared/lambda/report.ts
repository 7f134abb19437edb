import { writeSync } from 'node:fs'
import { type LostEffect, lostEffects } from '../rules/errors.ts'
import { listRules, type RuleNode } from '../rules/rule.ts'
import type { Trigger } from '../rules/trigger.ts'
import type { FinalDecision } from './handler.ts'
import { type Ended, type LogEntry, logEntry } from './log-entry.ts'
import { type HandlerSettings, isLambda, LOG_LEVELS, type LogFields, type Logger, type LogLevel } from './settings.ts'

/** Writes the one log line of an invocation, and its metrics. Never throws. */
export type Report = <T extends Trigger>(
  event: unknown,
  context: { readonly awsRequestId?: string } | undefined,
  decision: FinalDecision<T>,
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
  const rules = listRules(rule)
  const names = new Set(rules.map(({ name }) => name))
  const reasons = new Set(rules.flatMap((each) => each.reasons ?? []))
  const { logger, logLevel = 'info', logHashKey } = settings
  const write = settings.write ?? standardOutput()
  const writeJson = (fields: LogFields): void => void write(`${JSON.stringify(fields)}\n`)
  let coldStart = true

  const writeMetricsAlone = (metrics: LogFields): void => writeJson({ trigger, ...metrics })

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

  const writeLines: Report = (event, context, decision, durationMs) => {
    const requestId = context?.awsRequestId ?? null
    const entry = entryOrCount({ trigger, event, requestId, decision, coldStart, durationMs, hashKey: logHashKey, names, reasons })
    if (entry === undefined) return
    coldStart = false
    const severity = chooseSeverity(entry)
    const message = `${trigger} ${entry.decision}`
    const now = Date.now()
    const broken = severity === 'info' ? [] : rulesWithErrors(entry)
    const metrics = metricFields(entry, broken.length, now)
    if (isWritten(severity, logLevel)) {
      // Written out first: the user's logger may edit the entry.
      const line = JSON.stringify({ level: LEVELS[severity], timestamp: new Date(now).toISOString(), message, ...entry, ...metrics })
      if (logger !== undefined && logged(logger, severity, message, entry)) writeMetricsAlone(metrics)
      else write(`${line}\n`)
    } else writeMetricsAlone(metrics)
    if (severity === 'info') return
    for (const rule of broken) writeJson(ruleErrorLine(trigger, rule, now))
    for (const effect of lostEffects(decision.trace)) writeJson(lostLine(effect, trigger, now))
  }

  return (...ended) => {
    try {
      writeLines(...ended)
    } catch {
      // What could not be written is lost. Thrown on, its error would take the place of the answer, for the caller to read.
    }
  }
}

const LEVELS: Readonly<Record<Severity, string>> = { info: 'INFO', warn: 'WARN', error: 'ERROR' }

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
function chooseSeverity(entry: LogEntry): Severity {
  if (entry.decision === 'failed') return 'error'
  return entry.trace.some((line) => line.outcome === 'error') ? 'warn' : 'info'
}

/** How serious a line of ours is: denials are everyday, ruleErrors are not. */
type Severity = keyof Logger

/** Whether a line of that seriousness is written at that level. */
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

function perRule(name: 'Denials' | 'RuleErrors'): Directive {
  return { Namespace: METRIC_NAMESPACE, Dimensions: [['trigger', 'rule']], Metrics: [{ Name: name, Unit: 'Count' }] }
}

/**
 * The metrics of an invocation in CloudWatch's embedded metric format, without the trigger, for a line that holds it.
 * {@link ruleErrorLine} counts the rules that broke.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricFields(entry: Pick<LogEntry, 'decision' | 'decidedBy' | 'durationMs'>, ruleErrors: number, now: number): LogFields {
  const denied = entry.decision === 'denied' ? entry.decidedBy : null
  return {
    _aws: { Timestamp: now, CloudWatchMetrics: denied === null ? [perTrigger] : [perTrigger, perRule('Denials')] },
    ...(denied !== null && { rule: denied }),
    Invocations: 1,
    Denials: entry.decision === 'denied' ? 1 : 0,
    RuleErrors: ruleErrors,
    Duration: entry.durationMs,
  }
}

/** The document that counts one broken rule: it holds only one value for the dimension `rule`. */
export function ruleErrorLine(trigger: string, rule: string, now: number): LogFields {
  return { _aws: { Timestamp: now, CloudWatchMetrics: [perRule('RuleErrors')] }, trigger, rule, RuleErrors: 1 }
}

/** The rules that broke themselves: a composition around a broken rule, and a shadow, which decides nothing, do not count. */
export function rulesWithErrors(entry: LogEntry): readonly string[] {
  const broken = entry.trace.filter((line) => line.outcome === 'error' && !line.shadow)
  const innermost = broken.filter((line) => !broken.some((other) => other.path.startsWith(`${line.path}.`)))
  const rules = innermost.map((line) => line.rule)
  // What failed outside the rules, such as a middleware, has no line in the trace.
  const { decision, decidedBy } = entry
  return decision === 'failed' && decidedBy !== null && !rules.includes(decidedBy) ? [...rules, decidedBy] : rules
}

/** The message of a last-resort line, by which a tool finds it. */
export const EFFECT_LOST = 'effect lost'

/**
 * The log line for an effect that nothing durable may know of: with pool and `sub` alone of the user, and counted in the
 * metric `EffectsLost`, so that an alarm can call somebody.
 */
export function lostLine(effect: LostEffect, trigger: string, now: number): LogFields {
  const metric = { Namespace: METRIC_NAMESPACE, Dimensions: [['trigger']], Metrics: [{ Name: 'EffectsLost', Unit: 'Count' }] }
  return {
    level: 'ERROR',
    message: EFFECT_LOST,
    ...effect,
    _aws: { Timestamp: now, CloudWatchMetrics: [metric] },
    trigger,
    EffectsLost: 1,
  }
}

const STANDARD_OUTPUT = 1

/** Writes a text, or what is left of its bytes, and tells how many bytes it took, which may be fewer. */
type Write = (data: string | Uint8Array) => number

/**
 * Makes what writes lines to standard output, whole and in order.
 *
 * In Lambda they go to the descriptor itself, as those of `console` do there, which the runtime client writes to a descriptor of
 * its own: the first use of `process.stdout` makes a stream, a good part of a small handler's cold start. Elsewhere, somebody may
 * have put something else in that stream's place.
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
      // Who made a stream of this pipe made it one that refuses when it is full. The stream waits and keeps the order, from now on.
      asStream = true
      process.stdout.write(Buffer.from(line).subarray(written))
    }
  }
}

/** Writes to a descriptor, without a stream. */
export function toDescriptor(fd: number): Write {
  return (data) => (typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data))
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
