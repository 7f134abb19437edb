import { defaultPostConfirmation } from '../post-confirmation/default-chain.ts'
import { cognitoClient } from '../shared/aws/cognito.ts'
import { documentClient } from '../shared/aws/dynamodb.ts'
import { lostLine } from '../shared/lambda/log/lost-line.ts'
import { dynamoEffects } from '../shared/ledger/dynamo-effects.ts'
import { onceRules } from '../shared/rules/once-rules.ts'
import { cognitoUsers } from './cognito-users.ts'
import { readSweeperSettings } from './settings.ts'
import { countParked } from './standing.ts'
import { sweep } from './sweep.ts'
import { sweepLine } from './sweep-line.ts'

const settings = readSweeperSettings(process.env)
const effects = dynamoEffects({ documents: documentClient(), table: settings.EFFECT_TABLE })
const users = cognitoUsers(cognitoClient())
const rules = onceRules(defaultPostConfirmation(settings))

// What is left of Lambda's time when the last effect has ended, to count and to write.
const MARGIN_MS = 3000
const UNKNOWN_MS = 30_000

/** Runs effects that are due. On a schedule: what it was called with is of no interest. */
export async function handler(_event?: unknown, context?: { readonly getRemainingTimeInMillis?: () => number }): Promise<void> {
  const endsAt = performance.now() + (context?.getRemainingTimeInMillis?.() ?? UNKNOWN_MS) - MARGIN_MS
  const remainingMs = (): number => endsAt - performance.now()
  const report = await sweep({ effects, users, rules, remainingMs })
  const countingMs = Math.max(0, Math.round(remainingMs() + MARGIN_MS / 2))
  const parked = report.unread === undefined ? await countParked(effects, AbortSignal.timeout(countingMs)) : {}
  // Straight to standard output: CloudWatch reads metrics from lines that are nothing but JSON.
  const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
  for (const effect of report.lost) write(lostLine(effect, 'Sweeper', Date.now()))
  write(sweepLine(report, parked, settings.EFFECT_TABLE, Date.now()))
  // Lambda then counts an error, which is how anybody notices; the next sweep tries again.
  if (report.tooShort) throw new Error('No time to sweep, and nothing was: the function needs a timeout well above 8 seconds; set 60')
  if (report.unread !== undefined) throw new Error(`The ledger could not be read: ${report.unread}`)
}
