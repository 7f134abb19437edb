import { describe, expect, it } from 'vitest'
import { examineText, patchTemplate } from '../../support/patched.ts'

async function examineForCodes(base: string, change: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { findings } = await examineText(await patchTemplate(base, change))
  return findings.map(({ code }) => code)
}

describe('doctor', () => {
  it.each([
    ['finds LG402 for the rule staff-only, which declares `judges: email-domain`', 'staffOnly', ['LG402']],
    ['finds LG402 for a denyIf rule whose condition reads an email domain', 'staffByCondition', ['LG402']],
    ['finds nothing for the rule domain-owner, which does not declare `judges`', 'domainOwner', []],
  ] as const)('%s, at sign-up', async (_, exported, codes) => {
    const change = { 'PreSignUp.Properties.Handler': `declared.${exported}`, 'WebClient.Properties.WriteAttributes': ['email'] }
    expect(await examineForCodes('sam.yaml', change)).toEqual(codes)
  })

  it.each([
    ['finds LG403 for the rule keep-out, which declares `judges: block`', 'keepOut', ['LG403']],
    ['finds nothing for the rule block-party, which does not declare `judges`', 'blockParty', []],
  ] as const)('%s, at sign-in', async (_, exported, codes) => {
    const change = {
      'PreAuthenticationLambdaFunction.Properties.Handler': `handlers/declared.${exported}`,
      'CognitoUserPoolUsers.Properties.LambdaConfig.PreTokenGeneration': undefined,
      PreTokenGenerationLambdaFunction: undefined,
    }
    expect(await examineForCodes('osls.json', change)).toEqual(codes)
  })
})
