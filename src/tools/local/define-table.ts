// tables.ts imports the AWS SDK, which replay loads only when DynamoDB starts.
import type { TableDefinition } from './tables.ts'

/** Defines a table whose partition key is a string. */
export function defineTable(name: string, key: string = 'pk'): TableDefinition {
  return {
    name,
    keySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
  }
}
