import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamoInviteWriter } from '../../../shared/invites/dynamo-invite-writer.ts'
import {
  createInviteCode,
  type InviteKey,
  type InviteWriter,
  type ListedInvite,
  MOST_USES,
  toInviteId,
} from '../../../shared/invites/invites.ts'
import { lazily } from '../../../shared/lazily.ts'
import { UsageError } from '../../lib/errors.ts'
import { formatHelp } from '../help.ts'
import { EXIT, type Io } from '../io.ts'
import { parseOptions } from '../options.ts'
import { describeAwsError } from '../print-error.ts'
import { formatCount } from '../text.ts'
import { parseUntil } from '../until.ts'

const VALID_DAYS = 30
const DAY_MS = 24 * 3600 * 1000

const INVITE_HELP = formatHelp([
  'Create, list or revoke invitations for the rule requireInvite.',
  {
    title: 'Usage',
    lines: [
      'lifeguard invite EMAIL [--uses N] [--until T]',
      'lifeguard invite --code [--uses N] [--until T]',
      'lifeguard invite --list [--json]',
      'lifeguard invite --revoke INVITATION',
    ],
  },
  'Works on AWS, with the credentials, region and endpoints of your environment. Sends no email. The table stores only a hash of a code, so the command prints the code once, alone on standard output.',
  {
    title: 'Options',
    entries: [
      ['--code', 'create an invitation with a secret code, instead of one for an address'],
      ['--uses N', `the users who may sign up with it (default: 1, at most ${MOST_USES})`],
      [
        '--until T',
        `its end: a date (2027-01-31), a time (2027-01-31T12:00Z) or a duration (30m, 12h, 7d). Default: in ${VALID_DAYS} days`,
      ],
      ['--list', 'list all invitations. It reads the whole table'],
      ['--json', 'list: print one JSON object per invitation on standard output, and nothing else'],
      ['--revoke INVITATION', 'delete the invitation with this address, code or id. The list shows the id'],
      ['--table NAME', 'table of invitations (default: INVITE_TABLE of your environment)'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'done'],
      ['1', 'the address is invited already, the invitation to revoke does not exist, or the table is not available'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard invite --code --uses 5 --until 2027-01-31'] },
])

type Work = (writer: InviteWriter, io: Io) => Promise<number>

/** Runs `lifeguard invite` and returns its exit code. */
export async function runInvite(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('invite', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      code: { type: 'boolean' },
      uses: { type: 'string' },
      until: { type: 'string' },
      list: { type: 'boolean' },
      json: { type: 'boolean' },
      revoke: { type: 'string' },
      table: { type: 'string' },
    },
  })
  if (values.help) {
    await io.out(INVITE_HELP)
    return EXIT.fine
  }
  const work = parseWork(values, positionals)
  const table = values.table ?? io.environment.INVITE_TABLE
  if (!table) throw new UsageError('Missing table of invitations. Pass --table NAME, or set INVITE_TABLE in the environment')
  try {
    return await work(openWriter(table), io)
  } catch (error) {
    if (io.signal.aborted) throw error
    io.err([`lifeguard: Cannot use the table '${table}': ${describeAwsError(error)}`])
    return EXIT.unexpected
  }
}

/** Opens the table on AWS. The SDK reads credentials, region and endpoints from the environment. */
function openWriter(table: string): InviteWriter {
  const requestHandler = { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true }
  return dynamoInviteWriter({ documents: lazily(() => DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }))), table })
}

interface Values {
  readonly code?: boolean | undefined
  readonly uses?: string | undefined
  readonly until?: string | undefined
  readonly list?: boolean | undefined
  readonly json?: boolean | undefined
  readonly revoke?: string | undefined
}

function parseWork(values: Values, [email, more]: readonly string[]): Work {
  const { code, list, json, revoke, uses, until } = values
  const chosen = [email !== undefined && 'EMAIL', code && '--code', list && '--list', revoke !== undefined && '--revoke'].filter(Boolean)
  if (chosen.length === 0) throw new UsageError("Missing EMAIL, --code, --list or --revoke. Run 'lifeguard invite --help' to see the usage")
  if (chosen.length > 1) throw new UsageError(`Expected only one of ${chosen.join(', ')}`)
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one address: lifeguard invite EMAIL`)
  if (json && !list) throw new UsageError("--json works only with 'invite --list'")
  if (revoke?.trim() === '') throw new UsageError('--revoke: expected an address, a code or an id from the list')
  if (list || revoke !== undefined) {
    const surplus = uses === undefined ? (until === undefined ? undefined : '--until') : '--uses'
    if (surplus !== undefined) throw new UsageError(`${surplus} works only with EMAIL or --code`)
    return revoke === undefined ? (writer, io) => printList(writer, json ?? false, io) : (writer, io) => revokeInvite(writer, revoke, io)
  }
  const now = new Date()
  const terms = {
    uses: parseUses(uses),
    until: until === undefined ? new Date(now.getTime() + VALID_DAYS * DAY_MS) : parseUntil(until, now),
  }
  if (email === undefined) return (writer, io) => createCode(writer, terms, io)
  if (toInviteId({ type: 'email', value: email }) === undefined) throw new UsageError(`'${email}' is not a valid email address`)
  return (writer, io) => inviteAddress(writer, email, terms, io)
}

interface Terms {
  readonly uses: number
  readonly until: Date
}

function parseUses(text: string = '1'): number {
  const uses = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (uses < 1 || uses > MOST_USES) throw new UsageError(`--uses ${text}: expected a number from 1 to ${MOST_USES}`)
  return uses
}

async function createCode(writer: InviteWriter, terms: Terms, io: Io): Promise<number> {
  const code = createInviteCode()
  await writer.create({ type: 'code', value: code, ...terms })
  await io.out([code])
  io.err([
    `Valid for ${describeTerms(terms)}. The code cannot be shown again. Its id in the list:`,
    `  ${toInviteId({ type: 'code', value: code })}`,
  ])
  return EXIT.fine
}

async function inviteAddress(writer: InviteWriter, email: string, terms: Terms, io: Io): Promise<number> {
  if (await writer.create({ type: 'email', value: email, ...terms })) {
    await io.out([`Invited ${email}: ${describeTerms(terms)}`])
    return EXIT.fine
  }
  io.err([`lifeguard: ${email} is invited already. To change the invitation, revoke it first: lifeguard invite --revoke ${email}`])
  return EXIT.unexpected
}

function describeTerms({ uses, until }: Terms): string {
  return `${formatCount(uses, 'use')} until ${formatTime(until)}`
}

async function revokeInvite(writer: InviteWriter, text: string, io: Io): Promise<number> {
  const key: InviteKey = { type: text.includes('@') ? 'email' : 'code', value: text }
  if (await writer.revoke(/^(?:code|email)#/.test(text) ? { id: text } : key)) {
    await io.out(['Revoked the invitation. Users who have signed up with it stay, and can still confirm.'])
    return EXIT.fine
  }
  io.err([`lifeguard: No such invitation: ${text}`])
  return EXIT.unexpected
}

async function printList(writer: InviteWriter, json: boolean, io: Io): Promise<number> {
  let count = 0
  for await (const invite of writer.list()) {
    count += 1
    await io.out(json ? [JSON.stringify(invite)] : [invite.email ?? invite.id, `    ${describeListed(invite)}`])
  }
  if (!json) await io.out([...(count === 0 ? [] : ['']), formatCount(count, 'invitation')])
  return EXIT.fine
}

function describeListed({ used, reserved, uses, until }: ListedInvite): string {
  const expired = until !== undefined && until.getTime() <= Date.now()
  const unconfirmed = reserved === 0 ? '' : `, ${reserved} of them reserved`
  return `${used} of ${formatCount(uses, 'use')} taken${unconfirmed}${until === undefined ? '' : `, ${expired ? 'expired' : 'valid until'} ${formatTime(until)}`}`
}

function formatTime(time: Date): string {
  return time.toISOString().replace(/(?::00)?\.\d+Z$/, 'Z')
}
