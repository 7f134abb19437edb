import type { LostEffect } from '../../rules/errors.ts'
import type { LogFields } from './logger.ts'
import { METRIC_NAMESPACE } from './metrics.ts'

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
