import { describe, expect, it } from 'vitest'
import type { PostAuthenticationSettings } from '../../../src/post-auth/settings.ts'
import type { PostConfirmationSettings } from '../../../src/post-confirmation/settings.ts'
import type { PreAuthenticationSettings } from '../../../src/pre-auth/settings.ts'
import type { PreSignUpSettings } from '../../../src/pre-signup/settings.ts'
import type { SweeperSettings } from '../../../src/sweeper/settings.ts'
import { asked, functions, type Packaged, shown, triggers } from '../../support/package/packaged.ts'

// Checked by the compiler: a setting that the functions read and this does not name, or the other way round, does not compile.
const settings = {
  PreSignUp: {
    ALLOWED_EMAIL_DOMAINS: true,
    DENIED_EMAIL_DOMAINS: true,
    AUTO_CONFIRM_DOMAINS: true,
    AUTO_CONFIRM_TRUST: true,
    ADMIN_CREATED_USERS: true,
    FEDERATED_EMAIL: true,
    BLOCK_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof PreSignUpSettings, true>,
  PreAuthentication: { BLOCK_TABLE: true, LOG_LEVEL: true, LOG_HASH_KEY: true } satisfies Record<keyof PreAuthenticationSettings, true>,
  PostAuthentication: {
    PROFILE_TABLE: true,
    WELCOME_SINCE: true,
    WELCOME_EMAIL_FROM: true,
    WELCOME_EMAIL_DELIVERY: true,
    EFFECT_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof PostAuthenticationSettings, true>,
  PostConfirmation: {
    PROFILE_TABLE: true,
    WELCOME_EMAIL_FROM: true,
    WELCOME_APP_NAME: true,
    WELCOME_APP_URL: true,
    WELCOME_EMAIL_DELIVERY: true,
    EFFECT_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof PostConfirmationSettings, true>,
  Sweeper: {
    PROFILE_TABLE: true,
    WELCOME_EMAIL_FROM: true,
    WELCOME_APP_NAME: true,
    WELCOME_APP_URL: true,
    WELCOME_EMAIL_DELIVERY: true,
    EFFECT_TABLE: true,
    LOG_LEVEL: true,
    LOG_HASH_KEY: true,
  } satisfies Record<keyof SweeperSettings, true>,
}

/** What is asserted of the functions. */
export function assertFunctions({ template }: Packaged): void {
  const { lambda, ofType, resource } = asked(template)

  describe('the functions', () => {
    it('are the four triggers, the sweeper and nothing else', () => {
      expect(ofType('AWS::Lambda::Function').map(([name]) => name)).toEqual(functions.map((each) => `${each}LambdaFunction`))
    })

    it.each(triggers)('run on a supported Node and give up with Cognito: %s', (trigger) => {
      expect(lambda(trigger).Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: 5, MemorySize: 512 })
    })

    it('leave the sweeper more time than a trigger has, and call it every five minutes', () => {
      expect(lambda('Sweeper').Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: 60 })
      const rules = ofType('AWS::Events::Rule').map(([, { Properties }]) => Properties)
      expect(resource('SweeperLambdaPermissionEventsRuleSchedule1').Properties).toEqual({
        FunctionName: { 'Fn::GetAtt': ['SweeperLambdaFunction', 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['SweeperEventsRuleSchedule1', 'Arn'] },
      })
      expect(rules).toMatchObject([
        { ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED', Targets: [{ Arn: { 'Fn::GetAtt': ['SweeperLambdaFunction', 'Arn'] } }] },
      ])
    })

    it.each(functions)('find every setting in their environment, and nothing that they do not read: %s', (trigger) => {
      expect(Object.keys(lambda(trigger).Properties.Environment.Variables).toSorted()).toEqual(Object.keys(settings[trigger]).toSorted())
    })

    it.each(triggers)('are called by the pool, which may: %s', (trigger) => {
      const functionArn = { 'Fn::GetAtt': [`${trigger}LambdaFunction`, 'Arn'] }
      expect(resource('CognitoUserPoolUsers').Properties.LambdaConfig[trigger]).toEqual(functionArn)
      const permissions = ofType('AWS::Lambda::Permission').filter(
        ([, { Properties }]) => shown(Properties.FunctionName) === shown(functionArn),
      )
      expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
        {
          FunctionName: functionArn,
          Action: 'lambda:InvokeFunction',
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': ['CognitoUserPoolUsers', 'Arn'] },
        },
      ])
    })

    it.each(functions)('keep their logs for a month: %s', (trigger) => {
      expect(resource(`${trigger}LogGroup`).Properties).toEqual({
        LogGroupName: `/aws/lambda/${lambda(trigger).Properties.FunctionName}`,
        RetentionInDays: 30,
      })
    })
  })
}
