import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { z } from 'zod'
import { dynamoBlockWriter } from '../../shared/blocks/dynamo-block-list.ts'
import { withoutMark } from '../../shared/lines.ts'
import { UsageError } from '../lib/errors.ts'
import { SEED_FILE } from '../lib/event-files.ts'
import { parseJson } from '../lib/json.ts'

const Seed = z.strictObject({
  blocks: z.array(
    z.strictObject({
      userPoolId: z.string().min(1),
      type: z.enum(['sub', 'username', 'email', 'emailDomain']),
      value: z.string().min(1),
      reason: z.string().min(1),
      message: z.string().optional(),
      expiresAt: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
})

/**
 * Writes the blocks of the seed files to the block table.
 *
 * @param folders The folders of the replayed events. This function reads the seed files in these folders and in their parent folders.
 * @throws UsageError that names the invalid file and the problem.
 */
export async function seedBlocks(documents: DynamoDBDocumentClient, table: string, folders: readonly string[]): Promise<void> {
  const writer = dynamoBlockWriter({ documents: () => documents, table })
  const files = new Set(folders.flatMap((folder) => [resolve(folder, SEED_FILE), join(dirname(resolve(folder)), SEED_FILE)]))
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    for (const { message, expiresAt, ...block } of readSeed(file, text).blocks) {
      const given = {
        ...block,
        ...(message !== undefined && { message }),
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      }
      await writer.block(given).catch((error: unknown) => {
        throw error instanceof TypeError ? new UsageError(`${file}: ${error.message}`) : error
      })
    }
  }
}

function readSeed(file: string, text: string): z.infer<typeof Seed> {
  const { success, data, error } = Seed.safeParse(parseJson(file, withoutMark(text)))
  if (!success) throw new UsageError(`${file}: ${z.prettifyError(error).replaceAll(/\s+/g, ' ')}`)
  return data
}
