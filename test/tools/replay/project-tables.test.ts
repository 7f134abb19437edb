import { describe, expect, it } from 'vitest'
import { openProject } from '../../../src/tools/project/project.ts'
import { listProjectTables } from '../../../src/tools/replay/project-tables.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'

const KEYS = [{ AttributeName: 'pk', KeyType: 'HASH' }]
const ATTRIBUTES = [{ AttributeName: 'pk', AttributeType: 'S' }]
const INDEXES = [{ IndexName: 'by-email', KeySchema: KEYS, Projection: { ProjectionType: 'ALL' } }]

async function list(resources: object) {
  const working = await createFolder({ 'template.json': { Resources: resources } })
  const notes: string[] = []
  const onNote = (note: string): void => void notes.push(note)
  const project = await openProject('template.json', { working, environment: {}, signal: new AbortController().signal, onNote })
  return { tables: project && listProjectTables(project, onNote), notes }
}

describe('listProjectTables', () => {
  it('returns the keys and indexes of each table, under its name or its logical id', async () => {
    const properties = { KeySchema: KEYS, AttributeDefinitions: ATTRIBUTES }
    const { tables, notes } = await list({
      Named: { Type: 'AWS::DynamoDB::Table', Properties: { ...properties, TableName: 'people', GlobalSecondaryIndexes: INDEXES } },
      Unnamed: { Type: 'AWS::DynamoDB::Table', Properties: { ...properties, TableName: { Ref: 'Name' } } },
      Simple: { Type: 'AWS::Serverless::SimpleTable' },
    })
    expect(tables).toEqual([
      { name: 'people', keySchema: KEYS, attributeDefinitions: ATTRIBUTES, globalSecondaryIndexes: INDEXES },
      { name: 'Unnamed', keySchema: KEYS, attributeDefinitions: ATTRIBUTES },
      {
        name: 'Simple',
        keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        attributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    ])
    expect(notes).toEqual([])
  })

  it('notes a table whose keys are known only at deployment', async () => {
    const { tables, notes } = await list({
      A: { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: { 'Fn::If': ['C', KEYS, KEYS] }, AttributeDefinitions: ATTRIBUTES } },
    })
    expect(tables).toEqual([])
    expect(notes).toEqual(['template.json: the table A is not created, because its keys or indexes are known only at deployment'])
  })
})
