import { blockKeys } from '../../../../shared/blocks/block-keys.ts'
import type { Block, BlockKey } from '../../../../shared/blocks/block-list.ts'
import { dynamoBlockList } from '../../../../shared/blocks/dynamo-block-list.ts'
import { UsageError } from '../../../lib/errors.ts'
import { createPart, EXIT, type Io, type Line } from '../../io.ts'
import { wrapText } from '../../text.ts'
import { describeBlock, describeKey, isExpired, toJsonBlock } from './describe.ts'
import type { BlockedWish } from './options.ts'
import { openDocuments, openUsers, type PoolUser } from './services.ts'
import { judgeWays, readHandlers, type Way } from './ways-in.ts'

/** The wish to check one user. */
export interface CheckWish extends BlockedWish {
  readonly checked: BlockKey
}

const STYLES = { denied: 'green', open: 'red', unknown: 'yellow' } as const

/** Prints the blocks of a user, and where the handlers of the project would deny the user. Returns the exit code. */
export async function checkUser(wish: CheckWish, io: Io): Promise<number> {
  const now = new Date()
  const { checked, userPoolId, table } = wish
  const users = await openUsers(wish).find(checked, io.signal)
  // A user who does not exist may be blocked too, and sign up later.
  const subjects = users.length === 0 ? [toUser(checked)] : users
  const list = dynamoBlockList({ documents: openDocuments(wish), table })
  const found = await Promise.all(
    subjects.map(async (user) => {
      const keys = blockKeys(userPoolId, { ...user, sub: user.sub })
      // DynamoDB returns a batch in any order.
      const blocks = keys.length === 0 ? [] : sortByKeys(keys, await list.find(keys, io.signal))
      return { user, active: blocks.filter(({ expiresAt }) => !isExpired(expiresAt, now)), blocks }
    }),
  )
  const handlers = wish.readsHandlers && found.some(({ active }) => active.length > 0) ? await openHandlers(wish, io) : undefined
  let code: number = EXIT.fine
  for (const { user, active, blocks } of found) {
    const ways = handlers === undefined || active.length === 0 ? [] : judgeWays(handlers, active, table)
    if (ways.some(({ state }) => state === 'open')) code = EXIT.unexpected
    if (wish.json) {
      const shown = users.length === 0 ? null : { userName: user.userName, sub: user.sub ?? null, email: user.email ?? null }
      const waysIn = handlers === undefined ? null : ways
      await io.out([
        JSON.stringify({ user: shown, blocked: active.length > 0, blocks: blocks.map((each) => toJsonBlock(each, now)), waysIn }),
      ])
    } else await io.out([...describeUser(wish, users.length > 0 ? user : undefined), ...describeBlocks(blocks, now), ...describeWays(ways)])
  }
  return code
}

/** Reads the handlers of the project. Prints why, if they cannot be read. */
async function openHandlers(wish: CheckWish, io: Io): Promise<Awaited<ReturnType<typeof readHandlers>> | undefined> {
  try {
    return await readHandlers(wish.configuration, io)
  } catch (error) {
    // Without --config, the folder may just not be a project.
    if (!(error instanceof UsageError) || wish.configuration !== undefined) throw error
    io.err([`lifeguard: The handlers of the project were not read: ${error.summary}`])
    return undefined
  }
}

function sortByKeys(keys: readonly BlockKey[], blocks: readonly Block[]): readonly Block[] {
  const rank = (block: Block): number => keys.findIndex(({ type, value }) => block.type === type && block.value === value)
  return blocks.toSorted((one, other) => rank(one) - rank(other))
}

function toUser({ type, value }: BlockKey): PoolUser {
  return {
    userName: type === 'username' ? value : '',
    sub: type === 'sub' ? value : undefined,
    email: type === 'email' ? value : undefined,
  }
}

function describeUser({ checked, userPoolId }: CheckWish, user: PoolUser | undefined): readonly Line[] {
  if (user === undefined) return [`${checked.value}: the pool ${userPoolId} has no such user`]
  const more = [user.sub !== undefined && user.sub !== user.userName && `sub ${user.sub}`, user.email].filter(Boolean).join(', ')
  return [`${user.userName}${more === '' ? '' : ` (${more})`} in ${userPoolId}`]
}

function describeBlocks(blocks: readonly Block[], now: Date): readonly Line[] {
  if (blocks.length === 0) return ['  not blocked']
  return blocks.map((block) => {
    const word = isExpired(block.expiresAt, now) ? createPart('dim', 'was blocked') : createPart('red', 'blocked')
    return ['  ', word, ` by ${describeKey(block)}: ${describeBlock(block, now)}`]
  })
}

function describeWays(ways: readonly Way[]): readonly Line[] {
  if (ways.length === 0) return []
  const lines = ways.flatMap(({ trigger, entry, state, note }): readonly Line[] => [
    ['  ', createPart(STYLES[state], state.padEnd(7)), `  ${trigger}: ${entry}`],
    ...(note === undefined ? [] : wrapText(note, ' '.repeat(11))),
  ])
  return ['', 'By the handlers of this project:', ...lines, 'Tokens that were issued before stay valid until they expire']
}
