import { lostLine, METRIC_NAMESPACE } from '../shared/lambda/report.ts'
import type { LogFields } from '../shared/lambda/settings.ts'
import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import type { DeadLetterState } from '../shared/ledger/effect-item.ts'
import { listRules, type RuleNode, type RulePermission } from '../shared/rules/rule.ts'
import { type SweepReport, sweep } from './sweep.ts'
import { type SweptCompositions, sweptRules } from './swept-rules.ts'
import type { Users } from './users.ts'

/** Options of {@link sweeper}. */
export interface SweeperOptions {
  /** The effects in the ledger. The `once` rules of the composition must use the same ledger. */
  readonly effects: Effects
  /** Looks up the current user, because an effect may run long after its event. */
  readonly users: Users
  /** The name of the ledger's table, used as the dimension of the metrics. */
  readonly table: string
}

/** The Lambda handler of a sweeper. It ignores its event. */
export interface SweeperHandler {
  (_event?: unknown, context?: { readonly getRemainingTimeInMillis?: () => number }): Promise<void>
  /**
   * The compositions by trigger, which can be read without running them. `lifeguard doctor` recognises a sweeper in a bundle by this
   * property.
   */
  readonly sweepsEffectsOf: SweptCompositions
  /** The IAM permissions to find effects and users, and to run the effects. */
  readonly permissions: readonly RulePermission[]
}

// The time that is reserved after the last effect, to count dead letters and write the log lines.
const MARGIN_MS = 3000
// The assumed remaining time if the Lambda context does not report it.
const UNKNOWN_MS = 30_000

/**
 * Makes the Lambda handler of a sweeper, which a schedule calls. It runs the pending effects of the working triggers and
 * writes a log line with the results and metrics to standard output.
 *
 * The handler throws if the ledger cannot be read, the users of a pool cannot be looked up, or the timeout is too short for a sweep.
 * Lambda then counts an error.
 *
 * @param compositions The compositions of the handlers whose effects the sweeper runs, by trigger. An effect without a composition becomes
 *   a dead letter.
 * @throws TypeError if the effects of a trigger are never swept, or if two effects of a composition have the same name.
 * @example
 * const effects = dynamoEffects({ documents: documentClient(), table: 'effects' })
 * const compositions = { PostConfirmation: confirmation.composition, PostAuthentication: authentication.composition }
 * export const handler = sweeper(compositions, { effects, users: cognitoUsers(cognitoClient()), table: 'effects' })
 */
export function sweeper(compositions: SweptCompositions, { effects, users, table }: SweeperOptions): SweeperHandler {
  const rules = sweptRules(compositions)
  const handle = async (...[, context]: Parameters<SweeperHandler>): Promise<void> => {
    const endsAt = performance.now() + (context?.getRemainingTimeInMillis?.() ?? UNKNOWN_MS) - MARGIN_MS
    const remainingMs = (): number => endsAt - performance.now()
    const report = await sweep({ effects, users, rules, remainingMs })
    const countingMs = Math.max(0, Math.round(remainingMs() + MARGIN_MS / 2))
    const deadLetters = report.unread === undefined ? await countDeadLetters(effects, AbortSignal.timeout(countingMs)) : {}
    // Does not use `console`, because CloudWatch reads metrics only from lines that are plain JSON.
    const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
    for (const effect of report.lost) write(lostLine(effect, 'Sweeper', Date.now()))
    write(formatSweepLine(report, deadLetters, table, Date.now()))
    // A thrown error raises Lambda's error metric. The next sweep tries again.
    if (report.tooShort) throw new Error('No time to sweep: the function needs more than 8 seconds; set its timeout to 60')
    if (report.unread !== undefined) throw new Error(`The ledger could not be read: ${report.unread}`)
    if (report.givenUp !== undefined)
      throw new Error(`Users could not be looked up in ${report.givenUp.join(', ')}; the log line has the reasons`)
  }
  const permissions = [
    ...(effects.permissions ?? []),
    ...(users.permissions ?? []),
    ...rules.all.flatMap(({ entry }) => listRules<RuleNode>(entry.rule).flatMap((each) => each.permissions ?? [])),
  ]
  return Object.assign(handle, { sweepsEffectsOf: compositions, permissions })
}

/** The number of dead letters by state. Missing if they could not be counted. */
type DeadLetterCounts = Readonly<Partial<Record<DeadLetterState, number>>>

/**
 * Counts the dead letters in the ledger. If the signal aborts or the ledger cannot be read, the result is the partial count. A partial
 * count of 0 is left out, because it would end an alarm.
 */
export async function countDeadLetters(effects: Pick<Effects, 'count'>, signal: AbortSignal): Promise<DeadLetterCounts> {
  const count = async (state: DeadLetterState): Promise<DeadLetterCounts> => {
    let counted = 0
    try {
      for await (const part of effects.count(state, signal)) counted += part
    } catch {
      if (counted === 0) return {}
    }
    return { [state]: counted }
  }
  return { ...(await count('failed')), ...(await count('unknown')) }
}

/**
 * Builds the log line of a sweep, with metrics in CloudWatch's embedded format and without user data. `EffectsFailed` and
 * `EffectsUnknown` count all dead letters, not only those of this sweep. So an alarm on them lasts until an operator handles them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function formatSweepLine(
  { swept, reasons, givenUp, unread, tooShort }: SweepReport,
  { failed, unknown }: DeadLetterCounts,
  table: string,
  now: number,
): LogFields {
  const metrics = {
    EffectsRun: (swept.done ?? 0) + (swept.skipped ?? 0) + (swept['rule-error'] ?? 0),
    EffectsDone: swept.done ?? 0,
    ...(failed !== undefined && { EffectsFailed: failed }),
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
    // The table is the dimension, because its name contains the service and the stage. Metrics of two stages must not be added up.
    table,
    ...metrics,
  }
}
