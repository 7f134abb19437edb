import { describe, expect, it } from 'vitest'
import { arn, judgeTemplate } from '../../support/doctor-template.ts'

const CONFIG = 'Pool.Properties.LambdaConfig'
const FLOWS = 'Web.Properties.ExplicitAuthFlows'
const define = { [`${CONFIG}.DefineAuthChallenge`]: arn('SignIn') }
const all = { ...define, [`${CONFIG}.CreateAuthChallenge`]: arn('SignIn'), [`${CONFIG}.VerifyAuthChallengeResponse`]: arn('SignIn') }
const custom = { [FLOWS]: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_CUSTOM_AUTH'] }

/** Returns the findings and the unchecked values about custom challenges. */
function judge(changes: Readonly<Record<string, unknown>>) {
  const { findings, unknown } = judgeTemplate(changes)
  return {
    found: findings.filter(({ code }) => code === 'LG412' || code === 'LG413').map(({ code, message }) => [code, message]),
    unknown: unknown.filter((each) => each.includes('custom challenge')),
  }
}

describe('LG412', () => {
  it('finds a pool that lacks triggers of a custom challenge', () => {
    expect(judge({ ...define, ...custom }).found).toEqual([
      ['LG412', 'The user pool Pool has DefineAuthChallenge, but not CreateAuthChallenge and VerifyAuthChallengeResponse'],
    ])
  })

  it('accepts a pool with all three triggers, and a pool without any', () => {
    expect(judge({ ...all, ...custom })).toEqual({ found: [], unknown: [] })
    expect(judge({})).toEqual({ found: [], unknown: [] })
  })

  it('reports triggers that are known only at deployment as not checked', () => {
    const undecided = { 'Fn::If': ['Undecided', arn('SignIn'), { Ref: 'AWS::NoValue' }] }
    expect(judge({ ...custom, [`${CONFIG}.DefineAuthChallenge`]: undecided })).toEqual({
      found: [],
      unknown: [expect.stringContaining('the triggers of the custom challenge of Pool')],
    })
  })
})

describe('LG413', () => {
  it('finds a pool whose app clients cannot start a custom challenge', () => {
    expect(judge({ ...all, [FLOWS]: ['ALLOW_USER_SRP_AUTH'] }).found).toEqual([
      ['LG413', 'The user pool Pool has custom challenges, but no app client of the template has ALLOW_CUSTOM_AUTH'],
    ])
  })

  it('reports flows that are known only at deployment as not checked', () => {
    expect(judge({ ...all, [FLOWS]: { Ref: 'Flows' } })).toEqual({
      found: [],
      unknown: [expect.stringContaining('the app clients of Pool for custom challenges')],
    })
  })
})
