import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { useLocalClient } from '../local/tables.ts'
import type { Row } from './changed-rows.ts'

/** Calls a function with a document client of the local DynamoDB at an endpoint. */
export async function useDocuments<V>(endpoint: string, use: (documents: DynamoDBDocumentClient) => Promise<V>): Promise<V> {
  return useLocalClient(endpoint, (client) => use(createDocumentClient(client)))
}

function createDocumentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    // By default, the SDK throws an error for a number that JavaScript cannot represent. Such a number becomes a string here.
    unmarshallOptions: { wrapNumbers: (text) => (String(Number(text)) === text ? Number(text) : text) },
  })
}

/** Reads all rows of all tables of the local DynamoDB at an endpoint. */
export async function readTables(endpoint: string): Promise<ReadonlyMap<string, readonly Row[]>> {
  return useDocuments(endpoint, async (documents) => {
    const { TableNames = [] } = await documents.send(new ListTablesCommand({}))
    const tables = new Map<string, readonly Row[]>()
    for (const table of TableNames) tables.set(table, await scanTable(documents, table))
    return tables
  })
}

async function scanTable(documents: DynamoDBDocumentClient, table: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const page of paginateScan({ client: documents }, { TableName: table, ConsistentRead: true }))
    rows.push(...(page.Items ?? []).map(toJsonRow))
  return rows
}

function toJsonRow(item: Row): Row {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toJson(value)]))
}

function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Set) return [...value].map(toJson).sort()
  if (Array.isArray(value)) return value.map(toJson)
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]))
    : value
}
