import { describe, expect, it } from 'vitest'
import { examineText, patchTemplate } from '../../support/patched.ts'

async function examineForCodes(base: string, change: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { findings } = await examineText(await patchTemplate(base, change))
  return findings.map(({ code }) => code)
}

describe('doctor reads what rules declare, and not their names', () => {
  it.each([
    ['staff-only, which declares that it judges a domain', 'staffOnly', ['LG402']],
    ['a denyIf whose condition reads a domain', 'staffByCondition', ['LG402']],
    ['domain-owner, which declares nothing', 'domainOwner', []],
  ] as const)('at sign-up: %s', async (_, exported, codes) => {
    const change = { 'PreSignUp.Properties.Handler': `declared.${exported}`, 'WebClient.Properties.WriteAttributes': ['email'] }
    expect(await examineForCodes('sam.yaml', change)).toEqual(codes)
  })

  it.each([
    ['keep-out, which declares that it judges a block', 'keepOut', ['LG403']],
    ['block-party, which declares nothing', 'blockParty', []],
  ] as const)('at sign-in: %s', async (_, exported, codes) => {
    const change = {
      'PreAuthenticationLambdaFunction.Properties.Handler': `handlers/declared.${exported}`,
      'CognitoUserPoolUsers.Properties.LambdaConfig.PreTokenGeneration': undefined,
      PreTokenGenerationLambdaFunction: undefined,
    }
    expect(await examineForCodes('osls.json', change)).toEqual(codes)
  })
})
