import { METRIC_NAMESPACE } from '../shared/lambda/report.ts'
import type { LogFields } from '../shared/lambda/settings.ts'
import type { Standing } from './standing.ts'
import type { SweepReport } from './sweep.ts'

/**
 * The log line of a sweep, with its metrics in CloudWatch's embedded format: nothing of a user is in it. `EffectsParked` and
 * `EffectsUnknown` are how many there are, not how many this sweep added: an alarm on them lasts until a person has seen to
 * them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function sweepLine(
  { swept, reasons, givenUp, unread, tooShort }: SweepReport,
  { failed, unknown }: Standing,
  table: string,
  now: number,
): LogFields {
  const metrics = {
    EffectsRun: (swept.done ?? 0) + (swept.skipped ?? 0) + (swept.broken ?? 0),
    EffectsDone: swept.done ?? 0,
    ...(failed !== undefined && { EffectsParked: failed }),
    ...(unknown !== undefined && { EffectsUnknown: unknown }),
  }
  const named = Object.keys(metrics).map((Name) => ({ Name, Unit: 'Count' }))
  return {
    level: unread === undefined && tooShort === undefined && givenUp === undefined ? 'INFO' : 'ERROR',
    timestamp: new Date(now).toISOString(),
    message: 'sweep',
    swept,
    reasons,
    ...(givenUp !== undefined && { givenUp }),
    ...(unread !== undefined && { unread }),
    ...(tooShort !== undefined && { tooShort }),
    _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [['table']], Metrics: named }] },
    // By table, since its name holds service and stage: those of two stages must not be added up.
    table,
    ...metrics,
  }
}
