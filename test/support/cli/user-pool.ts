import type { Pool } from '../cognito-pools-endpoint.ts'

export const arn = (name: string): string => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`

export const key = (id: string): string => `arn:aws:kms:eu-west-1:111122223333:key/${id}`

/** A pool in which every setting that an update could reset has a value other than its default. */
export const pool: Pool = {
  Id: 'eu-west-1_Example',
  Name: "people's",
  Arn: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example',
  CreationDate: 1_700_000_000.5,
  LastModifiedDate: 1_700_000_001,
  EstimatedNumberOfUsers: 3,
  SchemaAttributes: [{ Name: 'email', AttributeDataType: 'String', Required: true }],
  UsernameAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  Domain: 'people',
  Policies: {
    PasswordPolicy: { MinimumLength: 14, RequireSymbols: true, PasswordHistorySize: 3, TemporaryPasswordValidityDays: 2 },
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] },
  },
  DeletionProtection: 'ACTIVE',
  LambdaConfig: {
    CustomMessage: arn('message'),
    KMSKeyID: key('1'),
    CustomEmailSender: { LambdaVersion: 'V1_0', LambdaArn: arn('sender') },
  },
  AutoVerifiedAttributes: ['email'],
  SmsVerificationMessage: 'Your code: {####}',
  EmailVerificationMessage: 'It’s {####}',
  EmailVerificationSubject: 'Code',
  VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE', EmailMessage: 'It’s {####}', EmailSubject: 'Code' },
  SmsAuthenticationMessage: 'Sign in with {####}',
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  MfaConfiguration: 'OPTIONAL',
  DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:eu-west-1:111122223333:identity/a@example.com' },
  SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::111122223333:role/sms', ExternalId: 'x', SnsRegion: 'eu-west-1' },
  UserPoolTags: { team: 'people', 'aws:cloudformation:stack-name': 'people' },
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: true, InviteMessageTemplate: { EmailSubject: 'Hello' } },
  UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
  UserPoolTier: 'PLUS',
}
