import { dynamoBlockWriter, toBlockItem } from '../../../../shared/blocks/dynamo-block-list.ts'
import { EXIT, type Io } from '../../io.ts'
import { describeAwsError } from '../../print-error.ts'
import { formatCount } from '../../text.ts'
import { describeBlock, describeKey } from './describe.ts'
import { type BlockWish, parseBlock } from './options.ts'
import { openDocuments, openUsers, type PoolUser, type UserService } from './services.ts'
import { BLOCK_HELP } from './usage.ts'

/** Runs `lifeguard block` and returns its exit code. */
export async function runBlock(args: readonly string[], io: Io): Promise<number> {
  const now = new Date()
  const wish = parseBlock(args, io, now)
  if (wish === 'help') {
    await io.out(BLOCK_HELP)
    return EXIT.fine
  }
  const { block, spelling, table, userPoolId, signsOut } = wish
  const service = openUsers(wish)
  if (wish.dryRun) return showCalls(wish, service, io)
  try {
    await dynamoBlockWriter({ documents: openDocuments(wish), table }).block(block, spelling)
  } catch (error) {
    if (io.signal.aborted) throw error
    const effect = mayBeWritten(error) ? 'The block may have been written. Run the same command again' : 'Nothing was changed'
    return reportError(io, `Cannot write to the table '${table}': ${describeAwsError(error)}. ${effect}`)
  }
  await io.out([`Blocked by ${describeKey(block)} in ${userPoolId}: ${describeBlock(block, now)}`])
  const code = signsOut ? await signOut(wish, service, io) : EXIT.fine
  const remains = 'Access tokens and ID tokens that were issued before stay valid until they expire'
  await io.out([signsOut || block.type === 'emailDomain' ? remains : `${remains}. To revoke refresh tokens too, add --sign-out`])
  return code
}

/** Returns true after a timeout, a lost connection or a 5xx response: DynamoDB may have written the item. */
function mayBeWritten(error: unknown): boolean {
  const { name, $metadata } = Object(error)
  const status: unknown = Object($metadata).httpStatusCode
  return name !== 'CredentialsProviderError' && !(typeof status === 'number' && status >= 400 && status < 500)
}

/** Signs the users out whom the block names. The block is written first, so that they cannot sign in again in between. */
async function signOut({ block }: BlockWish, service: UserService, io: Io): Promise<number> {
  let users: readonly PoolUser[]
  try {
    users = await service.find(block, io.signal)
  } catch (error) {
    if (io.signal.aborted) throw error
    return reportError(io, `The block is written, but no user is signed out: Cannot look up the user: ${describeAwsError(error)}`)
  }
  if (users.length === 0) await io.out(['No user to sign out: the pool has no such user'])
  let code: number = EXIT.fine
  for (const { userName } of users) code = Math.max(code, await signOutUser(userName, service, io))
  return code
}

async function signOutUser(userName: string, service: UserService, io: Io): Promise<number> {
  try {
    await service.signOut(userName, io.signal)
  } catch (error) {
    if (io.signal.aborted) throw error
    return reportError(io, `The block is written, but ${userName} is not signed out: ${describeAwsError(error)}`)
  }
  try {
    const sessions = await service.listSessions(userName, io.signal)
    for (const id of sessions) await service.revokeSession(userName, id, io.signal)
    await io.out([
      `Signed out ${userName}: refresh tokens are revoked, and ${formatCount(sessions.length, 'session')} of managed login ended`,
    ])
    return EXIT.fine
  } catch (error) {
    if (io.signal.aborted) throw error
    if (error instanceof Error && UNTRACKED.has(error.name)) {
      await io.out([`Signed out ${userName}: refresh tokens are revoked. ${UNTRACKED_NOTE}`])
      return EXIT.fine
    }
    const what = `The refresh tokens of ${userName} are revoked, but the sessions of managed login may go on`
    return reportError(io, `${what}: ${describeAwsError(error)}`)
  }
}

/** The errors of a pool that does not track sessions, which is the default. */
const UNTRACKED: ReadonlySet<string> = new Set(['OperationNotEnabledException', 'FeatureUnavailableInTierException'])
const UNTRACKED_NOTE =
  'The pool does not track sessions, so a session of managed login ends by itself, after 60 minutes by default. blockUsers in pre token generation refuses tokens of the session. SetUserPoolSessionConfiguration turns tracking on'

/** Prints the item and the calls. Reads the users, because their names are part of the calls. */
async function showCalls({ block, spelling, table, userPoolId, signsOut }: BlockWish, service: UserService, io: Io): Promise<number> {
  await io.out([
    'Nothing was changed. Without --dry-run, this command makes these calls:',
    `  PutItem ${JSON.stringify({ TableName: table, Item: toBlockItem(block, spelling) })}`,
  ])
  if (!signsOut) return EXIT.fine
  try {
    const users = await service.find(block, io.signal)
    if (users.length === 0) await io.out(['  No sign-out: the pool has no such user'])
    for (const { userName: Username } of users) {
      const user = JSON.stringify({ UserPoolId: userPoolId, Username })
      const each = JSON.stringify({ UserPoolId: userPoolId, Username, SessionId: '...' })
      await io.out([
        `  AdminUserGlobalSignOut ${user}`,
        `  AdminListUserSessions ${user}`,
        `  AdminRevokeUserSession ${each}, for each session of managed login`,
      ])
    }
    return EXIT.fine
  } catch (error) {
    if (io.signal.aborted) throw error
    return reportError(io, `Cannot look up the user: ${describeAwsError(error)}`)
  }
}

function reportError(io: Io, text: string): number {
  io.err([`lifeguard: ${text}`])
  return EXIT.unexpected
}
