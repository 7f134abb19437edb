import { lostLine, METRIC_NAMESPACE } from '../shared/lambda/report.ts'
import type { LogFields } from '../shared/lambda/settings.ts'
import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import type { DeadLetterState } from '../shared/ledger/effect-item.ts'
import { onceRules } from '../shared/rules/once-rules.ts'
import { listRules, type RuleNode, type RulePermission } from '../shared/rules/rule.ts'
import { type SweepReport, sweep } from './sweep.ts'
import type { Users } from './users.ts'

/** What a sweeper works with. */
export interface SweeperOptions {
  /** The ledger: the one that `once` was given. */
  readonly effects: Effects
  /** Where users are looked up, since an effect may be run long after its event. */
  readonly users: Users
  /** The name of the ledger's table, by which metrics are told apart. */
  readonly table: string
}

/** A function for Lambda. What it was called with is of no interest. */
export interface SweeperHandler {
  (_event?: unknown, context?: { readonly getRemainingTimeInMillis?: () => number }): Promise<void>
  /** The composition, to be read without running it. By this name in a bundle `lifeguard doctor` knows the sweeper. */
  readonly sweepsEffectsOf: RuleNode
  /** What it needs to find effects and users, and what the effects need. */
  readonly permissions: readonly RulePermission[]
}

// What is left of Lambda's time when the last effect has ended, to count and to write.
const MARGIN_MS = 3000
const UNKNOWN_MS = 30_000

/**
 * Makes the handler of a function that a schedule calls: it runs the effects of `once` that a trigger could not bring to an end,
 * and writes a line with what came of them, and metrics, to standard output.
 *
 * @param composition Where the effects are found: the `rule` of the handler that has them.
 * @throws TypeError when two effects of the composition have one name. The handler throws when the ledger cannot be read,
 * the users of a pool cannot be looked up, or its timeout leaves no time for a sweep, for Lambda to count.
 * @example
 * const effects = dynamoEffects({ documents: documentClient(), table: 'effects' })
 * export const handler = sweeper(postConfirmationHandler.composition, { effects, users: cognitoUsers(cognitoClient()), table: 'effects' })
 */
export function sweeper(composition: RuleNode, { effects, users, table }: SweeperOptions): SweeperHandler {
  const rules = onceRules(composition)
  const handle = async (...[, context]: Parameters<SweeperHandler>): Promise<void> => {
    const endsAt = performance.now() + (context?.getRemainingTimeInMillis?.() ?? UNKNOWN_MS) - MARGIN_MS
    const remainingMs = (): number => endsAt - performance.now()
    const report = await sweep({ effects, users, rules, remainingMs })
    const countingMs = Math.max(0, Math.round(remainingMs() + MARGIN_MS / 2))
    const deadLetters = report.unread === undefined ? await countDeadLetters(effects, AbortSignal.timeout(countingMs)) : {}
    // Straight to standard output: CloudWatch reads metrics from lines that are nothing but JSON.
    const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
    for (const effect of report.lost) write(lostLine(effect, 'Sweeper', Date.now()))
    write(formatSweepLine(report, deadLetters, table, Date.now()))
    // Lambda then counts an error, which is how anybody notices; the next sweep tries again.
    if (report.tooShort) throw new Error('No time to sweep, and nothing was: the function needs a timeout well above 8 seconds; set 60')
    if (report.unread !== undefined) throw new Error(`The ledger could not be read: ${report.unread}`)
    if (report.givenUp !== undefined)
      throw new Error(`Users could not be looked up in ${report.givenUp.join(', ')}; the log line has the reasons`)
  }
  const permissions = [
    ...(effects.permissions ?? []),
    ...(users.permissions ?? []),
    ...[...rules.values()].flatMap(({ rule }) => listRules<RuleNode>(rule).flatMap((each) => each.permissions ?? [])),
  ]
  return Object.assign(handle, { sweepsEffectsOf: composition, permissions })
}

/** How many effects wait for a person. */
type DeadLetterCounts = Readonly<Partial<Record<DeadLetterState, number>>>

/**
 * Counts the effects that wait for a person, whether a sweep or the trigger gave them up. Where the time ends, or the
 * ledger cannot be read, the count is what was found until then; one of none then stands for nothing and is left out, since
 * it would end an alarm.
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
 * The log line of a sweep, with its metrics in CloudWatch's embedded format: nothing of a user is in it. `EffectsFailed` and
 * `EffectsUnknown` are how many there are, not how many this sweep added: an alarm on them lasts until a person has seen to
 * them.
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
    // By table, since its name holds service and stage: those of two stages must not be added up.
    table,
    ...metrics,
  }
}
