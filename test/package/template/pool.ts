import { describe, expect, it } from 'vitest'
import { asked, type Packaged, triggers } from '../../support/package/packaged.ts'

/** Defines the tests of the user pool and its app client. */
export function assertPool({ template }: Packaged): void {
  const { resource } = asked(template)

  describe('the user pool', () => {
    it('the user pool has secure settings', () => {
      const { LambdaConfig, ...settings } = resource('CognitoUserPoolUsers').Properties
      expect(Object.keys(LambdaConfig).toSorted()).toEqual([...triggers].toSorted())
      expect(settings).toEqual({
        UserPoolName: 'lifeguard-dev',
        DeletionProtection: 'INACTIVE',
        UsernameAttributes: ['email'],
        UsernameConfiguration: { CaseSensitive: false },
        AutoVerifiedAttributes: ['email'],
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      })
    })

    it('retains the user pool and the app client, and hides from callers whether a user exists', () => {
      const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
      expect(resource('CognitoUserPoolUsers')).toMatchObject(kept)
      expect(resource('AppClient')).toEqual({
        Type: 'AWS::Cognito::UserPoolClient',
        ...kept,
        Metadata: { Lifeguard: { accept: [{ code: 'LG402', reason: expect.any(String) }] } },
        Properties: {
          ClientName: 'app',
          UserPoolId: { Ref: 'CognitoUserPoolUsers' },
          GenerateSecret: false,
          ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
          PreventUserExistenceErrors: 'ENABLED',
          EnableTokenRevocation: true,
        },
      })
    })
  })
}
