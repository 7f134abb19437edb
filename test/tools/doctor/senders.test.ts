import { describe, expect, it } from 'vitest'
import type { Judged } from '../../../src/tools/doctor/finding.ts'
import { arn, type Changes, judgeTemplate, permission } from '../../support/doctor-template.ts'

const KEY = { Type: 'AWS::KMS::Key', Properties: {} }
const RETRIES = {
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: { FunctionName: { Ref: 'Send' }, Qualifier: '$LATEST', DestinationConfig: { OnFailure: { Destination: 'queue' } } },
}
const BASE: Changes = {
  Send: {
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: 'send', Runtime: 'nodejs24.x', Handler: 'a.handler', Timeout: 20, MemorySize: 512 },
  },
  MayCallSend: permission('Send'),
  Key: KEY,
  Retries: RETRIES,
  'Pool.Properties.LambdaConfig.CustomSMSSender': { LambdaArn: arn('Send'), LambdaVersion: 'V1_0' },
  'Pool.Properties.LambdaConfig.KMSKeyID': arn('Key'),
}

/** Returns what doctor reports about the custom sender Send. */
function judge(changes: Changes): { readonly codes: readonly string[]; readonly unknown: readonly string[] } {
  const own = ({ findings, unknown }: Judged) => ({
    codes: findings.filter(({ code }) => code.startsWith('LG5')).map(({ code }) => code),
    unknown: unknown.filter((each) =>
      /^(?:the policy of the KMS|the failed events|LambdaVersion of CustomSMSSender|MaximumRetryAttempts)/.test(each),
    ),
  })
  return own(judgeTemplate(structuredClone({ ...BASE, ...changes })))
}

const policy = (...Statement: readonly object[]): Changes => ({ Key: { ...KEY, Properties: { KeyPolicy: { Statement } } } })
const CONFIG = 'Pool.Properties.LambdaConfig'

describe('LG501 to LG505', () => {
  it('reports nothing about a sender with a key, a version and a destination, although its timeout is above 5 seconds', () => {
    expect(judge({})).toEqual({ codes: [], unknown: [] })
  })

  it.each<[string, Changes, readonly string[]]>([
    ['a pool without a key', { [`${CONFIG}.KMSKeyID`]: undefined }, ['LG501']],
    ['a key that allows nothing', policy({ Effect: 'Deny', Action: 'kms:*' }), ['LG502']],
    ['a key that allows grants', policy({ Effect: 'Allow', Action: ['kms:Create*'] }), []],
    ['a sender that is a plain ARN', { [`${CONFIG}.CustomSMSSender`]: arn('Send') }, ['LG503']],
    ['a sender without a version', { [`${CONFIG}.CustomSMSSender`]: { LambdaArn: arn('Send') } }, ['LG503']],
    ['a sender with another version', { [`${CONFIG}.CustomSMSSender.LambdaVersion`]: 'V2_0' }, ['LG503']],
    ['retries that are off', { 'Retries.Properties.MaximumRetryAttempts': 0 }, ['LG504']],
    ['no destination', { Retries: undefined }, ['LG505']],
    ['a dead letter queue', { Retries: undefined, 'Send.Properties.DeadLetterConfig': { TargetArn: 'queue' } }, []],
  ])('judges %s', (_, changes, codes) => {
    expect(judge(changes)).toEqual({ codes, unknown: [] })
  })

  it.each<[string, Changes, RegExp]>([
    ['a key outside of the template', { [`${CONFIG}.KMSKeyID`]: { Ref: 'KeyArn' } }, /^the policy of the KMS key of the user pool Pool: /],
    ['a key policy of a parameter', { 'Key.Properties.KeyPolicy': { Ref: 'Policy' } }, /^the policy of the KMS key Key: /],
    ['a statement of a parameter', policy({ Ref: 'Statement' }), /^the policy of the KMS key Key: /],
    ['an action of a parameter', policy({ Effect: 'Allow', Action: { Ref: 'Action' } }), /^the policy of the KMS key Key: /],
    [
      'a version of a parameter',
      { [`${CONFIG}.CustomSMSSender.LambdaVersion`]: { Ref: 'Version' } },
      /^LambdaVersion of CustomSMSSender in Pool: /,
    ],
    ['retries of a parameter', { 'Retries.Properties.MaximumRetryAttempts': { Ref: 'Retries' } }, /^MaximumRetryAttempts of Retries: /],
    [
      'a function of a parameter',
      { 'Retries.Properties.FunctionName': { Ref: 'Name' } },
      /^the failed events of Send: FunctionName of Retries /,
    ],
  ])('reports %s as not checked', (_, changes, says) => {
    expect(judge(changes)).toEqual({ codes: [], unknown: [expect.stringMatching(says)] })
  })
})
