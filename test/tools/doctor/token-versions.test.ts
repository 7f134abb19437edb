import { describe, expect, it } from 'vitest'
import type { Judged } from '../../../src/tools/doctor/finding.ts'
import { type Code, REFRESH_SOURCE } from '../../../src/tools/doctor/loaded.ts'
import { readSourceFacts } from '../../../src/tools/doctor/source-code/read-facts.ts'
import type { RuleDescription } from '../../../src/tools/lib/description.ts'
import { judgeTemplate, UNREAD_CODE } from '../../support/doctor-template.ts'

const rule = (name: string, kind: string, more: Partial<RuleDescription>): RuleDescription => ({ name, kind, children: [], ...more })
const CONFIG = 'Pool.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion'

/** Returns the codes of the findings about the pool and its pre token generation. */
const listCodes = ({ findings }: Judged): readonly string[] =>
  findings.filter(({ resource }) => resource !== 'Bystander').map(({ code }) => code)

describe('LG208', () => {
  const judge = (version: string, tree: RuleDescription): Judged =>
    judgeTemplate({ [CONFIG]: version }, { Tokens: { ...UNREAD_CODE, trigger: 'PreTokenGeneration', rule: tree } })
  const blocks = rule('block-users', 'rule', { permissions: [], judges: 'block' })
  const machine = rule('on-behalf-of', 'rule', { permissions: [], lambdaVersion: 'V3_0' })

  it('names the rule and the version that it needs', () => {
    expect(judge('V2_0', rule('chain', 'chain', { children: [blocks, machine] })).findings).toContainEqual(
      expect.objectContaining({
        code: 'LG208',
        message: 'The rule on-behalf-of of Tokens needs V3_0 events, but the user pool sends V2_0 events',
      }),
    )
    expect(listCodes(judge('V3_0', rule('chain', 'chain', { children: [blocks, machine] })))).toEqual([])
  })

  it('does not check a rule inside a `when`, whose condition may exclude the event', () => {
    const tree = rule('chain', 'chain', { children: [blocks, rule('when', 'when', { children: [machine] })] })
    const judged = judge('V2_0', tree)
    expect(listCodes(judged)).toEqual([])
    expect(judged.unknown).toEqual([
      'the event version V3_0 that the rule on-behalf-of of Tokens needs: the rule runs only under a condition',
    ])
  })
})

describe('LG209', () => {
  const addOns = 'Pool.Properties.UserPoolAddOns'

  it.each([
    ['PLUS', 'V3_0', {}, []],
    ['LITE', 'V2_0', { [addOns]: { AdvancedSecurityMode: 'AUDIT' } }, []],
    ['LITE', 'V2_0', { [addOns]: { AdvancedSecurityMode: 'OFF' } }, ['LG209']],
    ['LITE', 'V3_0', { [addOns]: { AdvancedSecurityMode: 'ENFORCED' } }, ['LG209']],
    [undefined, 'V3_0', {}, []],
  ])('the plan %s with %s and %j gives %j', (plan, version, more, codes) => {
    expect(listCodes(judgeTemplate({ 'Pool.Properties.UserPoolTier': plan, [CONFIG]: version, ...more }))).toEqual(codes)
  })

  it('does not check the plan LITE if advanced security is known only at deployment', () => {
    const judged = judgeTemplate({ 'Pool.Properties.UserPoolTier': 'LITE', [addOns]: { AdvancedSecurityMode: { Ref: 'Mode' } } })
    expect(listCodes(judged)).toEqual([])
    expect(judged.unknown).toContainEqual(expect.stringMatching(/^the feature plan of Pool: /))
  })
})

describe('LG406', async () => {
  const text = "exports.handler = async (event) => (event.triggerSource === 'TokenGeneration_RefreshTokens' ? event : event)"
  const source = await readSourceFacts('index.js', text, 'handler')
  const Tokens: Code = { ...UNREAD_CODE, namesRefresh: source.hasText(REFRESH_SOURCE), shown: 'index.js' }
  const judge = (rotation: unknown, more: Code = Tokens): Judged =>
    judgeTemplate(
      { 'Web.Properties.RefreshTokenRotation': rotation, 'Pool.Properties.LambdaConfig.PreAuthentication': undefined },
      { Tokens: more },
    )

  it('names the line and the app client', () => {
    const message = 'Tokens looks for the source TokenGeneration_RefreshTokens (index.js, line 1), but Web rotates refresh tokens'
    expect(judge({ Feature: 'ENABLED' }).findings).toContainEqual(expect.objectContaining({ code: 'LG406', message }))
  })

  it.each([
    ['without rotation', undefined],
    ['with rotation turned off', { Feature: 'DISABLED' }],
  ])('does not report an app client %s', (_, rotation) => {
    expect(listCodes(judge(rotation))).not.toContain('LG406')
  })

  it('does not check a rotation that is known only at deployment', () => {
    for (const rotation of [{ Feature: { Ref: 'Rotation' } }, { Ref: 'AWS::NoValue' }, 'unreadable']) {
      const { unknown, findings } = judge(rotation)
      expect(findings.map(({ code }) => code)).not.toContain('LG406')
      if (!('Ref' in Object(rotation))) expect(unknown).toContainEqual(expect.stringMatching(/^the rotation of refresh tokens by Web: /))
    }
  })

  it('does not report code without that text', async () => {
    const other = await readSourceFacts(
      'index.js',
      "// 'TokenGeneration_RefreshTokens'\nexports.handler = async (event) => event",
      'handler',
    )
    expect(listCodes(judge({ Feature: 'ENABLED' }, { ...Tokens, namesRefresh: other.hasText(REFRESH_SOURCE) }))).not.toContain('LG406')
  })
})
