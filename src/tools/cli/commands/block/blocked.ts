import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { Block, BlockType } from '../../../../shared/blocks/block-list.ts'
import { readBlock } from '../../../../shared/blocks/dynamo-block-list.ts'
import { UsageError } from '../../../lib/errors.ts'
import { EXIT, type Io } from '../../io.ts'
import { describeAwsError } from '../../print-error.ts'
import { formatCount } from '../../text.ts'
import { checkUser } from './check.ts'
import { describeBlock, describeKey, isExpired, toJsonBlock } from './describe.ts'
import { type BlockedWish, parseBlocked } from './options.ts'
import { openDocuments } from './services.ts'
import { BLOCKED_HELP } from './usage.ts'

/** Runs `lifeguard blocked` and returns its exit code. */
export async function runBlocked(args: readonly string[], io: Io): Promise<number> {
  const wish = parseBlocked(args, io)
  if (wish === 'help') {
    await io.out(BLOCKED_HELP)
    return EXIT.fine
  }
  const { checked, table, userPoolId } = wish
  try {
    return checked === undefined ? await listBlocks(wish, io) : await checkUser({ ...wish, checked }, io)
  } catch (error) {
    if (error instanceof UsageError || io.signal.aborted) throw error
    const what = checked === undefined ? `the table '${table}'` : `the table '${table}' or the pool '${userPoolId}'`
    io.err([`lifeguard: Cannot read ${what}: ${describeAwsError(error)}`])
    return EXIT.unexpected
  }
}

async function listBlocks(wish: BlockedWish, io: Io): Promise<number> {
  const now = new Date()
  let count = 0
  for await (const block of scanBlocks(wish, io.signal)) {
    count += 1
    if (wish.json) await io.out([JSON.stringify(toJsonBlock(block, now))])
    else
      await io.out([
        `${describeKey(block)}${isExpired(block.expiresAt, now) ? '  (no longer blocks)' : ''}`,
        `    ${describeBlock(block, now)}`,
      ])
  }
  if (!wish.json) await io.out(count === 0 ? [`No blocks in ${wish.userPoolId}`] : ['', formatCount(count, 'block')])
  return EXIT.fine
}

const TYPES: readonly BlockType[] = ['sub', 'username', 'email', 'emailDomain']

/** Reads the blocks of one pool. The table has no index, because only this command lists them. */
async function* scanBlocks(wish: BlockedWish, abortSignal: AbortSignal): AsyncGenerator<Block> {
  const documents = openDocuments(wish)
  const prefix = `${wish.userPoolId}#`
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const scan = new ScanCommand({
      TableName: wish.table,
      FilterExpression: 'begins_with(pk, :pool)',
      ExpressionAttributeValues: { ':pool': prefix },
      ExclusiveStartKey,
    })
    const page = await documents().send(scan, { abortSignal })
    for (const item of page.Items ?? []) {
      const rest = String(item.pk).slice(prefix.length)
      const type = TYPES.find((each) => rest.startsWith(`${each}#`))
      // No rule looks up an item whose key has another type.
      if (type !== undefined) yield readBlock({ userPoolId: wish.userPoolId, type, value: rest.slice(type.length + 1) }, item)
    }
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
}
