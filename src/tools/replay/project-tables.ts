import { z } from 'zod'
import type { TableDefinition } from '../local/tables.ts'
import { findTableName, type Project } from '../project/project.ts'
import { listTables } from '../project/template.ts'

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
const Indexes = z
  .array(
    z.object({
      IndexName: z.string(),
      KeySchema,
      Projection: z.object({
        ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']).optional(),
        NonKeyAttributes: z.array(z.string()).optional(),
      }),
    }),
  )
  .optional()
const Table = z.object({
  KeySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  GlobalSecondaryIndexes: Indexes,
  LocalSecondaryIndexes: Indexes,
})
// SAM's default key for an AWS::Serverless::SimpleTable.
const SIMPLE = {
  keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  attributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
} as const

/**
 * Returns the tables of a project, so that the embedded DynamoDB can create them.
 *
 * @param onNote Receives a note for each table whose keys are known only at deployment. The embedded DynamoDB lacks this table.
 */
export function listProjectTables(project: Project, onNote: (note: string) => void): readonly TableDefinition[] {
  return listTables(project.template).flatMap((resource): readonly TableDefinition[] => {
    const name = findTableName(resource)
    if (resource.properties.KeySchema === undefined) return [{ name, ...SIMPLE }]
    const { data, error } = Table.safeParse(resource.properties)
    if (error !== undefined) {
      onNote(`${project.file}: the table ${resource.id} is not created, because its keys or indexes are known only at deployment`)
      return []
    }
    return [
      {
        name,
        keySchema: data.KeySchema,
        attributeDefinitions: data.AttributeDefinitions,
        ...(data.GlobalSecondaryIndexes && { globalSecondaryIndexes: data.GlobalSecondaryIndexes }),
        ...(data.LocalSecondaryIndexes && { localSecondaryIndexes: data.LocalSecondaryIndexes }),
      },
    ]
  })
}
