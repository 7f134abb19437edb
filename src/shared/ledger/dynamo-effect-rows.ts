import { GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { type EffectRow, readEffectRow, unreadable } from './effect-item.ts'

/** Reads rows of the table of effects. */
export interface EffectRows {
  /** The rows that a query finds, page by page. */
  readonly pages: (query: QueryCommandInput, signal?: AbortSignal) => AsyncGenerator<readonly EffectRow[], void>
  readonly one: (pk: string, signal?: AbortSignal) => Promise<EffectRow | undefined>
}

/**
 * Reads rows so that one which the SDK cannot read hides no other. The SDK throws away a whole page for one number that
 * JavaScript cannot hold, such as 12345678901234567890.5.
 */
export function effectRows(documents: Documents, table: string): EffectRows {
  const one = async (pk: string, signal?: AbortSignal): Promise<EffectRow | undefined> => {
    try {
      const { Item } = await documents().send(new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }), {
        ...(signal && { abortSignal: signal }),
      })
      return Item && readEffectRow(Item)
    } catch (error) {
      if (!isUnreadableNumber(error)) throw error
      const keys = new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true, ProjectionExpression: 'pk, dueAt' })
      const { Item } = await documents().send(keys, { ...(signal && { abortSignal: signal }) })
      return Item && unreadable(Item, 'unreadable-number')
    }
  }
  const page = async (query: QueryCommandInput, signal?: AbortSignal) => {
    try {
      const { Items = [], LastEvaluatedKey } = await documents().send(new QueryCommand(query), { ...(signal && { abortSignal: signal }) })
      return { rows: Items.map(readEffectRow), next: LastEvaluatedKey }
    } catch (error) {
      if (!isUnreadableNumber(error)) throw error
      const { Items = [], LastEvaluatedKey } = await documents().send(new QueryCommand({ ...query, ProjectionExpression: 'pk' }), {
        ...(signal && { abortSignal: signal }),
      })
      const rows = await Promise.all(Items.map(({ pk }) => one(String(pk), signal)))
      return { rows: rows.filter((row) => row !== undefined), next: LastEvaluatedKey }
    }
  }
  return {
    one,
    async *pages(query, signal) {
      let start: QueryCommandInput['ExclusiveStartKey']
      do {
        const { rows, next } = await page({ ...query, ...(start && { ExclusiveStartKey: start }) }, signal)
        yield rows
        start = next
      } while (start !== undefined)
    },
  }
}

function isUnreadableNumber(error: unknown): boolean {
  return error instanceof Error && error.message.includes('wrapNumbers')
}
