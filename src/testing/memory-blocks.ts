import { blockKey } from '../shared/blocks/block-keys.ts'
import type { Block, BlockKey, BlockList } from '../shared/blocks/block-list.ts'
import { type BlockWriter, type BlockWriterOptions, toRemovedKeys, toWrittenKey } from '../shared/blocks/block-writer.ts'
import { createFaults, type Faults } from './faults.ts'
import { USER_POOL_ID } from './users.ts'

/** A block for a test. `userPoolId` is the pool of the events by default, and `reason` is `blocked`. */
export type BlockEntry = Omit<Block, 'userPoolId' | 'reason'> & Partial<Pick<Block, 'userPoolId' | 'reason'>>

/** A block list in memory. */
export interface MemoryBlockList extends BlockList, BlockWriter, Faults<'find'> {
  /** The blocks, as they were written. */
  readonly rows: readonly Block[]
}

/**
 * Creates a block list in memory.
 *
 * @throws TypeError if a value is not a valid address, domain or name, or a reason is not an identifier.
 * @example
 * const blocks = memoryBlockList({ type: 'email', value: 'eve@example.com' })
 * await run(preAuthentication(blockUsers(blocks)), signIn({ email: 'eve@example.com' }))
 */
export function memoryBlockList(...entries: readonly BlockEntry[]): MemoryBlockList {
  const rows = new Map<string, Block>()
  const { faults, run } = createFaults<'find'>()
  const write = (block: Block, options?: BlockWriterOptions): void => void rows.set(toWrittenKey(block, options), block)
  for (const { userPoolId = USER_POOL_ID, reason = 'blocked', ...entry } of entries) write({ ...entry, userPoolId, reason })

  const readBlock = (key: BlockKey): readonly Block[] => {
    const found = rows.get(blockKey(key))
    // The key wins, because the value of the block may be spelt differently.
    const { userPoolId, type, value } = key
    return found === undefined ? [] : [{ ...found, userPoolId, type, value }]
  }

  return {
    ...faults,
    get rows() {
      return [...rows.values()]
    },
    async block(block, options) {
      write(block, options)
    },
    async unblock(key, options) {
      for (const removed of toRemovedKeys(key, options)) rows.delete(removed)
    },
    find: (keys, signal) =>
      run('find', signal, () => {
        const asked = new Map(keys.map((key) => [blockKey(key), key]))
        return [...asked.values()].flatMap(readBlock)
      }),
  }
}
