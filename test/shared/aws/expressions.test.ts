import { describe, expect, it } from 'vitest'
import {
  and,
  deleteItem,
  doesNotExist,
  equals,
  exists,
  findKeys,
  ifNotExists,
  isAtMost,
  isMoreThan,
  isOneOf,
  not,
  oneMore,
  or,
  updateItem,
} from '../../../src/shared/aws/expressions.ts'

const noon = '2026-05-01T12:00:00.000Z'

describe('updateItem', () => {
  it('creates placeholders for the attributes in set, add, remove and if', () => {
    const { input } = updateItem({
      ...{ table: 'effects', key: { pk: 'a#b' } },
      set: { state: 'done', doneAt: noon, client: null, map: { a: 'b' } },
      add: { count: 2 },
      remove: ['token', 'event'],
      if: equals('token', 't1'),
      returned: 'ALL_NEW',
    })

    expect(input).toEqual({
      TableName: 'effects',
      Key: { pk: 'a#b' },
      UpdateExpression: 'SET #state = :v0, #doneAt = :v1, #client = :v2, #map = :v3 ADD #count :v4 REMOVE #token, #event',
      ConditionExpression: '#token = :v5',
      ExpressionAttributeNames: {
        ...{ '#state': 'state', '#doneAt': 'doneAt', '#client': 'client', '#map': 'map' },
        ...{ '#count': 'count', '#token': 'token', '#event': 'event' },
      },
      ExpressionAttributeValues: { ':v0': 'done', ':v1': noon, ':v2': null, ':v3': { a: 'b' }, ':v4': 2, ':v5': 't1' },
      ReturnValues: 'ALL_NEW',
    })
  })

  it('omits attributes with the value undefined, and omits empty clauses', () => {
    const { input } = updateItem({ table: 't', key: { pk: 'a' }, set: { reason: 'x', appClient: undefined }, remove: [] })

    expect(input).toEqual({
      TableName: 't',
      Key: { pk: 'a' },
      UpdateExpression: 'SET #reason = :v0',
      ExpressionAttributeNames: { '#reason': 'reason' },
      ExpressionAttributeValues: { ':v0': 'x' },
    })
  })

  it('sends no empty map of values, because DynamoDB rejects it', () => {
    const { input } = updateItem({ table: 't', key: { pk: 'a' }, set: {}, remove: ['token'] })

    expect(input).not.toHaveProperty('ExpressionAttributeValues')
    expect(input.UpdateExpression).toBe('REMOVE #token')
  })

  it('supports ifNotExists and oneMore as values', () => {
    const { input } = updateItem({ table: 't', key: { pk: 'a' }, set: { createdAt: ifNotExists(noon), attempt: oneMore() } })

    expect(input.UpdateExpression).toBe('SET #createdAt = if_not_exists(#createdAt, :v0), #attempt = if_not_exists(#attempt, :v1) + :v2')
    expect(input.ExpressionAttributeValues).toEqual({ ':v0': noon, ':v1': 0, ':v2': 1 })
  })
})

describe('DynamoDB conditions', () => {
  const toExpression = (condition: Parameters<typeof findKeys>[0]) => {
    const { KeyConditionExpression, ExpressionAttributeValues = {} } = findKeys(condition)
    return [KeyConditionExpression, ...Object.values(ExpressionAttributeValues)]
  }

  it.each([
    { condition: exists('pk'), as: ['attribute_exists(#pk)'] },
    { condition: doesNotExist('pk'), as: ['attribute_not_exists(#pk)'] },
    { condition: equals('state', 'done'), as: ['#state = :v0', 'done'] },
    { condition: isAtMost('dueAt', noon), as: ['#dueAt <= :v0', noon] },
    { condition: isMoreThan('dueAt', noon), as: ['#dueAt > :v0', noon] },
    { condition: isOneOf('state', ['a', 'b']), as: ['#state IN (:v0, :v1)', 'a', 'b'] },
    { condition: not(equals('state', 'done')), as: ['NOT #state = :v0', 'done'] },
    { condition: and(exists('a'), exists('b'), undefined), as: ['attribute_exists(#a) AND attribute_exists(#b)'] },
    {
      condition: and(exists('a'), and(exists('b'), exists('c'))),
      as: ['attribute_exists(#a) AND attribute_exists(#b) AND attribute_exists(#c)'],
    },
    {
      condition: and(or(exists('a'), exists('b')), exists('c')),
      as: ['(attribute_exists(#a) OR attribute_exists(#b)) AND attribute_exists(#c)'],
    },
    { condition: not(and(exists('a'), exists('b'))), as: ['NOT (attribute_exists(#a) AND attribute_exists(#b))'] },
    {
      condition: or(exists('a'), and(equals('b', 1), equals('b', 2))),
      as: ['attribute_exists(#a) OR (#b = :v0 AND #b = :v1)', 1, 2],
    },
  ])('writes a condition with placeholders: $as.0', ({ condition, as }) => {
    expect(toExpression(condition)).toEqual(as)
  })

  it('puts the condition into a DeleteItem request', () => {
    expect(deleteItem({ table: 't', key: { pk: 'a' }, if: equals('token', 'x') }).input).toEqual({
      TableName: 't',
      Key: { pk: 'a' },
      ConditionExpression: '#token = :v0',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: { ':v0': 'x' },
    })
  })
})
