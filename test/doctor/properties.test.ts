import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearName } from '../../src/doctor/spec/near-name.ts'
import { examined } from './patched.ts'

/** What doctor says of a single resource. */
async function said(
  type: string,
  properties: unknown,
  more: object = {},
): Promise<{ messages: readonly string[]; unknown: readonly string[] }> {
  const { findings, unknown } = await examined(JSON.stringify({ ...more, Resources: { It: { Type: type, Properties: properties } } }))
  return { messages: findings.map(({ code, message }) => `${code} ${message}`), unknown }
}

const table = { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] }

describe('a value', () => {
  it.each([
    ['a number as a text', 'AWS::Logs::LogGroup', { RetentionInDays: '30' }],
    ['a text as a number', 'AWS::SNS::Topic', { TopicName: 7 }],
    ['true as a text', 'AWS::SNS::Topic', { FifoTopic: 'true' }],
    ["YAML's older word for true", 'AWS::SNS::Topic', { FifoTopic: 'yes' }],
    ['a dynamic reference in the place of a number', 'AWS::Logs::LogGroup', { RetentionInDays: '{{resolve:ssm:/days:1}}' }],
    ['a reference in the place of a list', 'AWS::Cognito::UserPool', { AliasAttributes: { Ref: 'Aliases' } }],
    ['a function in the place of a map', 'AWS::Cognito::UserPool', { Policies: { 'Fn::FindInMap': ['A', 'B', 'C'] } }],
    ['a choice with no value', 'AWS::SNS::Topic', { TopicName: { 'Fn::If': ['Unheard', 'alarms', { Ref: 'AWS::NoValue' }] } }],
    [
      'a list with a choice in it',
      'AWS::SNS::Topic',
      { Tags: [{ 'Fn::If': ['Unheard', { Key: 'a', Value: 'b' }, { Ref: 'AWS::NoValue' }] }] },
    ],
    ['properties that a macro adds to', 'AWS::DynamoDB::Table', { 'Fn::Transform': { Name: 'AWS::Include', Parameters: {} } }],
    ['a list that is made in a loop', 'AWS::DynamoDB::Table', { 'Fn::ForEach::Keys': ['Key', ['a'], {}] }],
    ['variables of any name', 'AWS::Lambda::Version', { FunctionName: 'a', Description: 3 }],
    ['a policy in any form', 'AWS::IAM::ManagedPolicy', { PolicyDocument: '{}' }],
    ['two forms of one property, the one', 'AWS::DynamoDB::Table', table],
    ['a file that is still to be packaged', 'AWS::Lambda::Function', { Code: './dist', Role: 'a' }],
    ['a file that is still to be packaged, a map deeper', 'AWS::CodeCommit::Repository', { RepositoryName: 'a', Code: { S3: './seed' } }],
    ['what a custom resource reads', 'Custom::Anything', { Whatever: [null] }],
    ['what the other custom resources read', 'AWS::CloudFormation::CustomResource', { ServiceToken: 'a', Whatever: 1 }],
    ["the CDK's metadata", 'AWS::CDK::Metadata', { Analytics: 'a' }],
  ])('is not wrong: %s', async (_, type, properties) => {
    expect(await said(type, properties)).toMatchObject({ messages: [], unknown: [] })
  })

  it.each([
    ['AWS::SNS::Topic', { TopicNam: 'a' }, 'LG501 AWS::SNS::Topic has no property TopicNam (did you mean TopicName?)'],
    ['AWS::SNS::Topic', { Retention: 1 }, 'LG501 AWS::SNS::Topic has no property Retention'],
    ['AWS::SNS::Topic', { TopicArn: 'a' }, 'LG501 AWS::SNS::Topic has no property TopicArn (CloudFormation sets it itself)'],
    ['AWS::Logs::LogGroup', { RetentionInDays: true }, 'LG502 RetentionInDays of AWS::Logs::LogGroup takes a number, not true or false'],
    ['AWS::SNS::Topic', { FifoTopic: 7 }, 'LG502 FifoTopic of AWS::SNS::Topic takes true or false, not a number'],
    ['AWS::SNS::Topic', { TopicName: { a: 1, b: 2 } }, 'LG502 TopicName of AWS::SNS::Topic takes a text, not a map'],
    ['AWS::SNS::Topic', { TopicName: null }, 'LG502 TopicName of AWS::SNS::Topic takes a text, not null'],
    ['AWS::Lambda::Function', { Code: [], Role: 'a' }, 'LG502 Code of AWS::Lambda::Function takes a map, not a list'],
    [
      'AWS::CodeCommit::Repository',
      { RepositoryName: 'a', Code: { S3: [] } },
      'LG502 Code.S3 of AWS::CodeCommit::Repository takes a map, not a list',
    ],
    ['AWS::DynamoDB::Table', { KeySchema: [{ KeyType: 'HASH' }] }, 'LG503 KeySchema.0 of AWS::DynamoDB::Table requires AttributeName'],
    ['AWS::IAM::ManagedPolicy', {}, 'LG503 AWS::IAM::ManagedPolicy requires PolicyDocument'],
  ])('is wrong, and no value is repeated: %s with %j', async (type, properties, message) => {
    expect((await said(type, properties)).messages).toEqual([message])
  })
})

describe('any properties', () => {
  it.each(['AWS::Cognito::UserPool', 'AWS::DynamoDB::Table', 'AWS::WAFv2::WebACL'])('are judged without breaking: %s', async (type) => {
    const name = fc.constantFrom('LambdaConfig', 'KeySchema', 'Rules', 'Statement', 'Fn::If', 'Ref', 'Any', '__proto__', 'constructor')
    const tree = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.jsonValue({ maxDepth: 1 }), fc.array(tie('value')), fc.dictionary(name, tie('value'))),
    }))
    const property = fc.asyncProperty(fc.dictionary(name, tree.value), async (properties) => {
      for (const message of (await said(type, properties)).messages) expect(message).toMatch(/^LG50[123] .*AWS::/)
    })
    await fc.assert(property, { numRuns: 50 })
  })
})

describe('what is not judged', () => {
  it.each(['AWS::Serverless::Api', 'AWS::Nobody::Knows', 'Somebody::Elses::Type', 'Somebody::Elses::Thing::MODULE'])(
    'are the properties of a type that the specification does not describe: %s',
    async (type) => {
      expect(await said(type, { Whatever: 1 })).toEqual({
        messages: [],
        unknown: [`the properties of ${type}, a type that AWS's specification does not describe in full`],
      })
    },
  )

  it('are all properties, where a macro may change them', async () => {
    const { messages, unknown } = await said('AWS::SNS::Topic', { Topics: 1 }, { Transform: ['AWS::LanguageExtensions', 'Ours'] })
    expect({ messages, unknown }).toEqual({ messages: [], unknown: ['the properties of resources, which the macro Ours may change'] })
  })

  it('are all properties under a macro with parameters too', async () => {
    const Transform = { Name: 'Ours', Parameters: {} }
    expect((await said('AWS::SNS::Topic', { Topics: 1 }, { Transform })).unknown).toEqual([
      'the properties of resources, which the macro Ours may change',
    ])
  })

  it('is nothing, where a macro of AWS leaves resources as they are', async () => {
    const { messages } = await said('AWS::SNS::Topic', { Topics: 1 }, { Transform: 'AWS::LanguageExtensions' })
    expect(messages).toEqual(['LG501 AWS::SNS::Topic has no property Topics'])
  })
})

describe('the nearest name', () => {
  it.each([
    ['memorysize', 'MemorySize'],
    ['MemroySize', 'MemorySize'],
    ['MemorySise', 'MemorySize'],
    ['MemorySizes', 'MemorySize'],
    ['Mem', undefined],
    ['Arn', undefined],
  ])('to %s is %s', (word, name) => {
    expect(nearName(word, ['Timeout', 'MemorySize', 'Role'])).toBe(name)
  })

  it('is the name itself where it is among them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (word, names) => {
        expect(nearName(word, [...names, word])?.toLowerCase()).toBe(word.toLowerCase())
      }),
    )
  })
})
