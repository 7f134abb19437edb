import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { toRemovedKeys } from '../../../../shared/blocks/block-writer.ts'
import { EXIT, type Io } from '../../io.ts'
import { describeAwsError } from '../../print-error.ts'
import { describeKey } from './describe.ts'
import { parseUnblock } from './options.ts'
import { openDocuments } from './services.ts'
import { UNBLOCK_HELP } from './usage.ts'

/** Runs `lifeguard unblock` and returns its exit code. */
export async function runUnblock(args: readonly string[], io: Io): Promise<number> {
  const wish = parseUnblock(args, io)
  if (wish === 'help') {
    await io.out(UNBLOCK_HELP)
    return EXIT.fine
  }
  const { key, spelling, table, userPoolId, dryRun } = wish
  // A user name may have two blocks: an exact one and one without case.
  const requests = [...toRemovedKeys(key, spelling)].map((pk) => ({ TableName: table, Key: { pk } }))
  if (dryRun) {
    const head = 'Nothing was changed. Without --dry-run, this command makes these calls:'
    await io.out([head, ...requests.map((request) => `  DeleteItem ${JSON.stringify(request)}`)])
    return EXIT.fine
  }
  const documents = openDocuments(wish)
  let isFound = false
  try {
    for (const request of requests) {
      const { Attributes } = await documents().send(new DeleteCommand({ ...request, ReturnValues: 'ALL_OLD' }), { abortSignal: io.signal })
      if (Attributes !== undefined) isFound = true
    }
  } catch (error) {
    if (io.signal.aborted) throw error
    io.err([`lifeguard: Cannot change the table '${table}': ${describeAwsError(error)}`])
    return EXIT.unexpected
  }
  if (isFound) {
    await io.out([`Removed the block by ${describeKey(key)} in ${userPoolId}`])
    return EXIT.fine
  }
  io.err([
    `lifeguard: Found no block by ${describeKey(key)} in ${userPoolId}. To find other blocks of a user: lifeguard blocked --check USER --pool ${userPoolId}`,
  ])
  return EXIT.unexpected
}
