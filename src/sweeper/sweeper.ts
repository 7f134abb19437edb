import { lostLine } from '../shared/lambda/report.ts'
import type { Effects } from '../shared/ledger/dynamo-effects.ts'
import { onceRules } from '../shared/rules/once-rules.ts'
import type { RuleNode } from '../shared/rules/rule.ts'
import { countParked } from './standing.ts'
import { sweep } from './sweep.ts'
import { sweepLine } from './sweep-line.ts'
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
 * export const handler = sweeper(postConfirmationHandler.rule, { effects, users: cognitoUsers(cognitoClient()), table: 'effects' })
 */
export function sweeper(composition: RuleNode, { effects, users, table }: SweeperOptions): SweeperHandler {
  const rules = onceRules(composition)
  const handle = async (...[, context]: Parameters<SweeperHandler>): Promise<void> => {
    const endsAt = performance.now() + (context?.getRemainingTimeInMillis?.() ?? UNKNOWN_MS) - MARGIN_MS
    const remainingMs = (): number => endsAt - performance.now()
    const report = await sweep({ effects, users, rules, remainingMs })
    const countingMs = Math.max(0, Math.round(remainingMs() + MARGIN_MS / 2))
    const parked = report.unread === undefined ? await countParked(effects, AbortSignal.timeout(countingMs)) : {}
    // Straight to standard output: CloudWatch reads metrics from lines that are nothing but JSON.
    const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
    for (const effect of report.lost) write(lostLine(effect, 'Sweeper', Date.now()))
    write(sweepLine(report, parked, table, Date.now()))
    // Lambda then counts an error, which is how anybody notices; the next sweep tries again.
    if (report.tooShort) throw new Error('No time to sweep, and nothing was: the function needs a timeout well above 8 seconds; set 60')
    if (report.unread !== undefined) throw new Error(`The ledger could not be read: ${report.unread}`)
    if (report.givenUp !== undefined)
      throw new Error(`Users could not be looked up in ${report.givenUp.join(', ')}; the log line has the reasons`)
  }
  return Object.assign(handle, { sweepsEffectsOf: composition })
}
