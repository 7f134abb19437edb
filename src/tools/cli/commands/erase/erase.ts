import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type EmailAddress, parseEmailAddress } from '../../../../shared/email/address.ts'
import { findClosestName } from '../../../lib/closest-name.ts'
import { UsageError } from '../../../lib/errors.ts'
import { createPart, EXIT, type Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { parsePoolRegion } from '../../pool-id.ts'
import { describeAwsError } from '../../print-error.ts'
import { formatCount } from '../../text.ts'
import { eraseRows } from './erase-rows.ts'
import { ERASE_HELP } from './usage.ts'
import { type ErasedUser, USER_TABLES, type UserTable } from './user-tables.ts'

// Time limits for DynamoDB. Longer than in Lambda, because a page of a scan has up to 1 MB.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true }
const SUB = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/
const SETTINGS = USER_TABLES.map(({ setting }) => setting)

interface Wanted {
  readonly user: ErasedUser
  readonly dryRun: boolean
  /** The names of tables, by setting. */
  readonly tables: ReadonlyMap<string, string>
}

/** Runs `lifeguard erase` and returns its exit code. */
export async function runErase(args: readonly string[], io: Io): Promise<number> {
  const wanted = parseArguments(args, io)
  if (wanted === 'help') {
    await io.out(ERASE_HELP)
    return EXIT.fine
  }
  const client = new DynamoDBClient({ requestHandler })
  try {
    return await eraseUser(wanted, DynamoDBDocumentClient.from(client), io)
  } finally {
    client.destroy()
  }
}

/** Erases the user from one table after the other. A table that is not available does not stop the others. */
async function eraseUser({ user, dryRun, tables }: Wanted, documents: DynamoDBDocumentClient, io: Io): Promise<number> {
  let failed = false
  let total = 0
  for (const table of USER_TABLES) {
    const { setting, kept } = table
    const name = tables.get(setting)
    if (name === undefined) {
      await io.out([createPart('dim', `${setting}: no table given`)])
      continue
    }
    try {
      const { keys, scanned } = await eraseRows(documents, name, table, user, { dryRun, signal: io.signal })
      total += keys.length
      const read = scanned === undefined ? '' : `, after reading ${formatCount(scanned, 'row')}`
      const erased = `${formatCount(keys.length, 'row')} ${dryRun ? 'found' : 'deleted'}${read}`
      await io.out([`${setting} (${name}): ${erased}`, ...keys.map((key) => `    ${key}`)])
      if (kept !== undefined) await io.out([createPart('dim', `    Kept: ${kept}`)])
      for (const { option, rows } of listUnsearched(table, user))
        await io.out([createPart('yellow', `    Not searched: ${rows}. Pass ${option} to find them`)])
    } catch (error) {
      if (io.signal.aborted) throw error
      failed = true
      io.err([`lifeguard: Cannot erase the user from the table '${name}': ${describeAwsError(error)}`])
    }
  }
  await io.out([`${formatCount(total, 'row')} ${dryRun ? 'to delete. Nothing was changed' : 'deleted'}`])
  return failed ? EXIT.unexpected : EXIT.fine
}

/** Returns the rows that the command cannot find, because the operator did not pass an option. */
function listUnsearched({ foundOnlyBy = {} }: UserTable, { userName, email }: ErasedUser): readonly { option: string; rows: string }[] {
  return [
    ...(foundOnlyBy.userName !== undefined && userName === undefined ? [{ option: '--username', rows: foundOnlyBy.userName }] : []),
    ...(foundOnlyBy.email !== undefined && email === undefined ? [{ option: '--email', rows: foundOnlyBy.email }] : []),
  ]
}

function parseArguments(args: readonly string[], io: Io): Wanted | 'help' {
  const { values, positionals } = parseOptions('erase', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      pool: { type: 'string' },
      username: { type: 'string' },
      email: { type: 'string' },
      table: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const [sub, more] = positionals
  if (!sub) throw new UsageError('Missing sub of the user. Expected: lifeguard erase SUB --pool ID')
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one user: lifeguard erase SUB --pool ID`)
  if (!values.pool) throw new UsageError('Missing user pool. Expected: lifeguard erase SUB --pool ID')
  // With a user name or a misspelt id, the command would find no rows and report success.
  if (!SUB.test(sub))
    throw new UsageError(`'${sub}' is not a sub; expected a UUID in lower case, such as 5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11`)
  parsePoolRegion(values.pool)
  if (values.username === '') throw new UsageError('--username: expected a user name that is not empty')
  const user = { userPoolId: values.pool, sub, userName: values.username, email: parseEmail(values.email) }
  return { user, dryRun: values['dry-run'] ?? false, tables: readTables(values.table ?? [], io) }
}

/** @throws UsageError if the address is invalid. */
function parseEmail(text: string | undefined): EmailAddress | undefined {
  const address = text === undefined ? undefined : parseEmailAddress(text)
  if (text !== undefined && address === undefined) throw new UsageError(`--email ${text}: expected one plain email address`)
  return address
}

function readTables(given: readonly string[], { environment }: Io): ReadonlyMap<string, string> {
  const tables = new Map(SETTINGS.flatMap((setting) => (environment[setting] ? [[setting, environment[setting]] as const] : [])))
  for (const pair of given) {
    const [, setting = '', name] = /^([^=]*)=(.+)$/s.exec(pair) ?? []
    if (name === undefined) throw new UsageError(`--table ${pair}: expected SETTING=NAME, such as PROFILE_TABLE=profiles`)
    if (!SETTINGS.includes(setting)) {
      const closest = findClosestName(setting, SETTINGS)
      throw new UsageError(
        `--table ${pair}: unknown setting. ${closest ? `Did you mean '${closest}'?` : `Expected one of ${SETTINGS.join(', ')}`}`,
      )
    }
    tables.set(setting, name)
  }
  if (tables.size === 0)
    throw new UsageError(`No table is given. Set ${SETTINGS.slice(0, 3).join(', ')} and so on, or pass --table SETTING=NAME`)
  return tables
}
