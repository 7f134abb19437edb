import { describe, expect, it } from 'vitest'
import { possibleEnvironments } from '../../../scripts/deployment/possible-environments.ts'
import { conditionsOf } from '../../../src/tools/doctor/conditions.ts'

const nothing = conditionsOf({})

describe('the environments that a function may find', () => {
  it('are one, where CloudFormation has nothing to judge', () => {
    expect(possibleEnvironments({ A: 'text', B: '', C: 1, D: `a \${b} of its own` }, nothing)).toEqual([
      { when: [], known: { A: 'text', B: '', C: '1', D: `a \${b} of its own` }, unknown: [] },
    ])
    expect(possibleEnvironments(undefined, nothing)).toEqual([{ when: [], known: {}, unknown: [] }])
  })

  it('tell what is written from what is to be made or looked up', () => {
    const variables = {
      WRITTEN: { 'Fn::Sub': 'example.com' },
      JOINED: { 'Fn::Join': [',', ['example.com', 'example.org']] },
      REFERENCE: { Ref: 'Table' },
      ATTRIBUTE: { 'Fn::GetAtt': ['Table', 'Arn'] },
      PARTLY: { 'Fn::Sub': `mail.\${Domain}` },
      PARAMETER: '{{resolve:ssm:/lifeguard/domains}}',
      SECRET: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', 'key', '}}']] },
      STRANGE: { 'Fn::Anything': [] },
    }
    expect(possibleEnvironments(variables, nothing)).toEqual([
      {
        when: [],
        known: { WRITTEN: 'example.com', JOINED: 'example.com,example.org' },
        unknown: ['REFERENCE', 'ATTRIBUTE', 'PARTLY', 'PARAMETER', 'SECRET', 'STRANGE'],
      },
    ])
  })

  it('hold the branch of a condition that is known, and no others', () => {
    const holds = conditionsOf({ Mails: { 'Fn::Not': [{ 'Fn::Equals': ['me@example.com', ''] }] } })
    const variables = {
      FROM: { 'Fn::If': ['Mails', 'me@example.com', 'wrong'] },
      NAME: { 'Fn::If': ['Mails', { Ref: 'AWS::NoValue' }, 'x'] },
    }
    expect(possibleEnvironments(variables, holds)).toEqual([{ when: [], known: { FROM: 'me@example.com' }, unknown: [] }])
  })

  it('are as many as conditions can come to, each of them judged once for all variables', () => {
    const variables = {
      A: { 'Fn::If': ['X', 'yes', { 'Fn::If': ['Y', { Ref: 'Table' }, { Ref: 'AWS::NoValue' }] }] },
      B: { 'Fn::If': ['X', 'yes', 'no'] },
    }
    expect(possibleEnvironments(variables, nothing)).toEqual([
      { when: ['where X does not hold', 'where Y does not hold'], known: { B: 'no' }, unknown: [] },
      { when: ['where X holds', 'where Y does not hold'], known: { A: 'yes', B: 'yes' }, unknown: [] },
      { when: ['where X does not hold', 'where Y holds'], known: { B: 'no' }, unknown: ['A'] },
      { when: ['where X holds', 'where Y holds'], known: { A: 'yes', B: 'yes' }, unknown: [] },
    ])
  })

  it('are not counted up without end', () => {
    const variables = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`V${index}`, { 'Fn::If': [`C${index}`, 'a', 'b'] }]))
    expect(() => possibleEnvironments(variables, nothing)).toThrow('depends on more than 8 conditions: C0, C1')
  })
})
