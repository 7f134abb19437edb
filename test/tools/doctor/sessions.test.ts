import { describe, expect, it } from 'vitest'
import type { RuleDescription } from '../../../src/tools/lib/description.ts'
import { judgeTemplate, UNREAD_CODE } from '../../support/doctor-template.ts'

const SESSION = 'Sessions'
const setting = (MaxValidityMinutes: unknown, UserPoolId: unknown = { Ref: 'Pool' }): object => ({
  [SESSION]: {
    Type: 'AWS::Cognito::UserPoolClientSessionConfigurationAttachment',
    Properties: { UserPoolId, ClientId: { Ref: 'Web' }, SSOSession: { MaxValidityMinutes } },
  },
})
const BLOCK: RuleDescription = { name: 'block-users', kind: 'rule', children: [], permissions: [], judges: 'block' }
const tokens = (rule: RuleDescription) => ({ Tokens: { ...UNREAD_CODE, trigger: 'PreTokenGeneration', rule } })
/** Pre token generation without a block rule. */
const UNCHECKED = tokens({ ...BLOCK, judges: 'email-domain' })

/** Returns the findings about blocks, and the unchecked values about sessions. */
function judge(changes: object, codes: Parameters<typeof judgeTemplate>[1] = UNCHECKED) {
  const { findings, unknown } = judgeTemplate({ ...changes }, codes)
  return {
    found: findings.filter(({ code }) => code === 'LG403' || code === 'LG414').map(({ code, resource }) => `${code} ${resource}`),
    unknown: unknown.filter((each) => each.startsWith('the sessions of blocked users')),
  }
}

describe('LG414', () => {
  it.each([61, 129_600, '120'])('finds a session of %s minutes if pre token generation does not check blocks', (minutes) => {
    expect(judge(setting(minutes))).toEqual({ found: ['LG403 Pool', 'LG414 Sessions'], unknown: [] })
  })

  it.each([0, 60, undefined])('accepts a session of %s minutes', (minutes) => {
    expect(judge(setting(minutes))).toEqual({ found: ['LG403 Pool'], unknown: [] })
  })

  it('accepts a long session if pre token generation checks blocks, and a session of another pool', () => {
    expect(judge(setting(120), tokens(BLOCK))).toEqual({ found: [], unknown: [] })
    expect(judge(setting(120, { Ref: 'OtherPool' }))).toEqual({ found: ['LG403 Pool'], unknown: [] })
  })

  it('does not count a block rule in shadow', () => {
    const shadow = { name: 'shadow', kind: 'shadow', children: [BLOCK] }

    expect(judge(setting(120), tokens(shadow)).found).toEqual(['LG403 Pool', 'LG414 Sessions'])
    expect(judge(setting(120), tokens({ name: 'chain', kind: 'chain', children: [shadow, BLOCK] })).found).toEqual([])
  })

  it('reports minutes and rules that are known only at deployment as not checked', () => {
    expect(judge(setting({ Ref: 'Minutes' })).unknown).toEqual([expect.stringContaining('that Sessions allows: ')])
    expect(judge(setting(120), { Tokens: UNREAD_CODE })).toEqual({
      found: [],
      unknown: ['the sessions of blocked users that Sessions allows: the rules of PreTokenGeneration are unknown'],
    })
  })
})
