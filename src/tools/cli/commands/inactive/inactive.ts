import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { lazily } from '../../../../shared/lazily.ts'
import { scanInactiveUsers } from '../../../../shared/seen/dynamo-last-seen.ts'
import type { InactiveUser } from '../../../../shared/seen/last-seen-store.ts'
import { UsageError } from '../../../lib/errors.ts'
import { createPart, EXIT, type Io, type Line } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { parsePoolRegion } from '../../pool-id.ts'
import { describeAwsError } from '../../print-error.ts'
import { formatCount } from '../../text.ts'
import { INACTIVE_HELP } from './usage.ts'

const DAY_MS = 24 * 3_600_000
const MOST_DAYS = 36_500
// Time limits for DynamoDB. Longer than in Lambda, because a page of a scan has up to 1 MB.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true }

interface Wanted {
  readonly table: string
  readonly before: Date
  readonly userPoolId: string | undefined
  readonly days: number
  readonly json: boolean
}

/** Runs `lifeguard inactive` and returns its exit code. */
export async function runInactive(args: readonly string[], io: Io): Promise<number> {
  const wanted = parseArguments(args, io)
  if (wanted === 'help') {
    await io.out(INACTIVE_HELP)
    return EXIT.fine
  }
  const client = new DynamoDBClient({ requestHandler })
  try {
    await listInactive(
      wanted,
      lazily(() => DynamoDBDocumentClient.from(client)),
      io,
    )
    return EXIT.fine
  } catch (error) {
    if (io.signal.aborted) throw error
    io.err([`lifeguard: Cannot read the table '${wanted.table}': ${describeAwsError(error)}`])
    return EXIT.unexpected
  } finally {
    client.destroy()
  }
}

async function listInactive(wanted: Wanted, documents: () => DynamoDBDocumentClient, io: Io): Promise<void> {
  const { table, before, userPoolId, days, json } = wanted
  let found = 0
  let scanned = 0
  let readUnits = 0
  for await (const page of scanInactiveUsers({ documents, table }, before, userPoolId, io.signal)) {
    found += page.users.length
    scanned += page.scanned
    readUnits += page.readUnits
    await io.out(page.users.map(json ? toJson : toLine))
  }
  if (json) return
  const cost = `read ${formatCount(scanned, 'row')} for ${readUnits} read units`
  await io.out([`${formatCount(found, 'user')} not seen for ${formatCount(days, 'day')}; ${cost}`])
}

function toLine({ userPoolId, sub, seenAt }: InactiveUser): Line {
  return [`${userPoolId} ${sub}  `, createPart('dim', `last seen ${seenAt.toISOString()}`)]
}

function toJson({ userPoolId, sub, seenAt }: InactiveUser): Line {
  return JSON.stringify({ userPoolId, sub, seenAt: seenAt.toISOString() })
}

function parseArguments(args: readonly string[], io: Io): Wanted | 'help' {
  const { values, positionals } = parseOptions('inactive', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      days: { type: 'string' },
      pool: { type: 'string' },
      table: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const [extra] = positionals
  if (extra !== undefined) throw new UsageError(`Unexpected argument '${extra}'. Expected: lifeguard inactive --days N`)
  const days = parseDays(values.days)
  // With a misspelt id, the command would find no user.
  if (values.pool !== undefined) parsePoolRegion(values.pool)
  const table = values.table ?? io.environment.SEEN_TABLE
  if (!table) throw new UsageError('Missing table of the rule lastSeen. Pass --table NAME, or set SEEN_TABLE in the environment')
  return { table, days, before: new Date(Date.now() - days * DAY_MS), userPoolId: values.pool, json: values.json ?? false }
}

function parseDays(text: string | undefined): number {
  if (text === undefined) throw new UsageError('Missing number of days. Expected: lifeguard inactive --days N')
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (days < 1 || days > MOST_DAYS) throw new UsageError(`--days ${text}: expected a whole number from 1 to ${MOST_DAYS}`)
  return days
}
