import { describe, expect, it } from 'vitest'
import { examineText, patchTemplate } from '../../support/patched.ts'

/** An app client of managed login. Its tokens cannot change attributes, because the scope for that is missing. */
const MANAGED_LOGIN = {
  'WebClient.Properties.WriteAttributes': undefined,
  'WebClient.Properties.ExplicitAuthFlows': ['ALLOW_REFRESH_TOKEN_AUTH'],
  'WebClient.Properties.AllowedOAuthFlows': ['code'],
  'WebClient.Properties.AllowedOAuthScopes': ['openid', 'email'],
}

async function examineForCodes(change: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { findings } = await examineText(await patchTemplate('sam.yaml', change))
  return findings.map(({ code }) => code)
}

describe('doctor, for an app client that may write email', () => {
  it('finds nothing if the tokens of the client cannot change attributes', async () => {
    expect(await examineForCodes(MANAGED_LOGIN)).toEqual([])
  })

  it('finds nothing if the users of the pool are the only ones', async () => {
    expect(await examineForCodes({ ...MANAGED_LOGIN, 'WebClient.Properties.SupportedIdentityProviders': ['COGNITO'] })).toEqual([])
  })

  it.each([
    ['a scope lets the tokens change attributes', 'AllowedOAuthScopes', ['openid', 'aws.cognito.signin.user.admin']],
    ['users also sign in through the API', 'ExplicitAuthFlows', ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH']],
    ['the flows are empty', 'ExplicitAuthFlows', []],
    ['an identity provider may write the email', 'SupportedIdentityProviders', ['COGNITO', 'Company']],
  ])('finds LG402 if %s', async (_, property, value) => {
    const change = { ...MANAGED_LOGIN, [`WebClient.Properties.${property}`]: value }

    expect(await examineForCodes(change)).toEqual(['LG402'])
  })

  it.each(['AllowedOAuthScopes', 'ExplicitAuthFlows'])('finds LG402 if %s is not set', async (property) => {
    const change = Object.fromEntries(Object.entries(MANAGED_LOGIN).filter(([path]) => !path.endsWith(property)))

    expect(await examineForCodes(change)).toEqual(['LG402'])
  })

  it.each([
    ['AllowedOAuthScopes', ['openid', { Ref: 'Sender' }]],
    ['AllowedOAuthScopes', { Ref: 'Sender' }],
    ['ExplicitAuthFlows', { Ref: 'Sender' }],
    ['SupportedIdentityProviders', ['COGNITO', { Ref: 'Sender' }]],
  ])('lists the client as not checked if %s, set to %j, is known only at deployment', async (property, value) => {
    const { findings, unknown } = await examineText(
      await patchTemplate('sam.yaml', { ...MANAGED_LOGIN, [`WebClient.Properties.${property}`]: value }),
    )

    expect(findings).toEqual([])
    expect(unknown).toContain(`the emails that users change through WebClient: ${property} of WebClient is known only at deployment`)
  })

  it('finds LG402 if a pre token generation function may add the scope', async () => {
    const change = {
      ...MANAGED_LOGIN,
      'PostConfirmation.Properties.Events.Tokens': {
        Type: 'Cognito',
        Properties: { UserPool: { Ref: 'Users' }, Trigger: 'PreTokenGeneration' },
      },
    }

    expect(await examineForCodes(change)).toContain('LG402')
  })
})
