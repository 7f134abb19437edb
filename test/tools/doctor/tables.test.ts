import { describe, expect, it } from 'vitest'
import { findTable, judgeCoverage } from '../../../src/tools/doctor/tables.ts'
import { readTemplate, type Template } from '../../../src/tools/project/template.ts'

const placed = (text: string): string => text.replaceAll('<', '${').replaceAll('>', '}')
const named = (name: string): Template =>
  readTemplate(
    'any',
    placed(`{"Resources": {
      "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": ${name}}},
      "Bucket": {"Type": "AWS::S3::Bucket"}
    }}`),
  )

describe('judgeCoverage', () => {
  it.each([
    ['*', 'yes'],
    ['<Table.Arn>', 'yes'],
    ['<Bucket.Arn>', 'no'],
    ['<Parameter>', 'maybe'],
    ['<Table.Arn>/index/*', 'no'],
    ['<Bucket.Arn>/*', 'no'],
    ['arn:aws:dynamodb:eu-west-1:111122223333:table/blocks', 'yes'],
    ['arn:aws:dynamodb:*:*:table/*', 'yes'],
    ['arn:aws:dynamodb:*:*:table/blo?ks', 'yes'],
    ['arn:aws:dynamodb:*:*:table/others-*', 'no'],
    ['arn:aws:dynamodb:*:*:table/<Table>', 'yes'],
    ['arn:aws:dynamodb:*:*:table/<Bucket>', 'no'],
    ['arn:aws:dynamodb:*:*:table/<Stage>-blocks', 'maybe'],
    ['arn:aws:dynamodb:*:*:*', 'maybe'],
    ['arn:aws:dynamodb:eu-west-1:111122223333:table/blocks/index/queue', 'no'],
    ['arn:<AWS::Partition>:s3:::<Stage>-files', 'no'],
  ])('decides if a permission on %s covers the table blocks: %s', (on, sure) => {
    const template = named('"blocks"')
    const table = template.resources.get('Table')
    expect(table && judgeCoverage(template, [placed(on)], table)).toBe(sure)
  })

  it.each([
    ['*', 'yes'],
    ['<Table.Arn>', 'no'],
    ['<Table.Arn>/index/queue', 'yes'],
    ['<Table.Arn>/index/*', 'yes'],
    ['<Table.Arn>/index/by-name', 'no'],
    ['<Table.Arn>/index/<Index>', 'maybe'],
    ['<Bucket.Arn>/index/<Index>', 'no'],
    ['<Bucket.Arn>/index/queue', 'no'],
    ['<Parameter>', 'maybe'],
    ['arn:aws:dynamodb:eu-west-1:111122223333:table/blocks', 'no'],
    ['arn:aws:dynamodb:*:*:table/*', 'yes'],
    ['arn:aws:dynamodb:eu-west-1:111122223333:table/blocks/index/queue', 'yes'],
    ['arn:aws:dynamodb:eu-west-1:111122223333:table/others/index/queue', 'no'],
  ])('decides if a permission on %s covers the index `queue` of the table blocks: %s', (on, sure) => {
    const template = named('"blocks"')
    const table = template.resources.get('Table')
    expect(table && judgeCoverage(template, [placed(on)], table, 'queue')).toBe(sure)
  })

  it('decides yes if a permission names several resources, and one of them is the table', () => {
    const template = named('"blocks"')
    const table = template.resources.get('Table')
    expect(table && judgeCoverage(template, [placed('<Bucket.Arn>'), placed('<Table.Arn>')], table)).toBe('yes')
  })
})

describe('findTable', () => {
  it.each([
    ['"blocks"', 'blocks', 'Table'],
    ['"blocks"', '<Table>', 'Table'],
    ['"blocks"', 'others', 'elsewhere'],
    ['"blocks"', '<Parameter>', 'unknown'],
    ['{"Fn::Sub": "<Stage>-blocks"}', '<Stage>-blocks', 'Table'],
    ['{"Fn::Sub": "<Stage>-blocks"}', 'dev-blocks', 'unknown'],
  ])('given a table with TableName %s, resolves the setting %s to %s', (name, setting, expected) => {
    const found = findTable(named(name), placed(setting))
    expect(typeof found === 'string' ? found : found.id).toBe(expected)
  })
})
