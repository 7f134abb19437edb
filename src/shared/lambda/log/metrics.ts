import type { LogEntry } from '../log-entry.ts'
import type { LogFields } from './logger.ts'

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
    { Name: 'Breakages', Unit: 'Count' },
    { Name: 'Duration', Unit: 'Milliseconds' },
  ],
}

function perRule(name: 'Denials' | 'Breakages'): Directive {
  return { Namespace: METRIC_NAMESPACE, Dimensions: [['trigger', 'rule']], Metrics: [{ Name: name, Unit: 'Count' }] }
}

/**
 * The metrics of an invocation in CloudWatch's embedded metric format, without the trigger, for a line that holds it.
 * {@link breakageLine} counts the rules that broke.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricFields(entry: Pick<LogEntry, 'decision' | 'decidedBy' | 'durationMs'>, breakages: number, now: number): LogFields {
  const denied = entry.decision === 'denied' ? entry.decidedBy : null
  return {
    _aws: { Timestamp: now, CloudWatchMetrics: denied === null ? [perTrigger] : [perTrigger, perRule('Denials')] },
    ...(denied !== null && { rule: denied }),
    Invocations: 1,
    Denials: entry.decision === 'denied' ? 1 : 0,
    Breakages: breakages,
    Duration: entry.durationMs,
  }
}

/** The document that counts one broken rule: it holds only one value for the dimension `rule`. */
export function breakageLine(trigger: string, rule: string, now: number): LogFields {
  return { _aws: { Timestamp: now, CloudWatchMetrics: [perRule('Breakages')] }, trigger, rule, Breakages: 1 }
}

/** The rules that broke themselves: a composition around a broken rule, and a shadow, which decides nothing, do not count. */
export function brokenRules(entry: LogEntry): readonly string[] {
  const broken = entry.trace.filter((line) => line.outcome === 'broken' && !line.shadow)
  const innermost = broken.filter((line) => !broken.some((other) => other.path.startsWith(`${line.path}.`)))
  const rules = innermost.map((line) => line.rule)
  // What failed outside the rules, such as a middleware, has no line in the trace.
  const { decision, decidedBy } = entry
  return decision === 'failed' && decidedBy !== null && !rules.includes(decidedBy) ? [...rules, decidedBy] : rules
}
