import { describe, expect, it } from 'vitest'
import { asked, folders, functions, type Packaged, shown, triggers } from '../../support/package/packaged.ts'
import { settingsTables } from '../../support/triggers.ts'

const settings = new Map((await settingsTables()).map(({ folder, fields }) => [folder, Object.keys(fields)]))

/** Defines the tests of the functions. */
export function assertFunctions({ template }: Packaged): void {
  const { lambda, ofType, resource } = asked(template)

  describe('the functions', () => {
    it('the template contains a function for each trigger with a handler, and the sweeper', () => {
      const names = ofType('AWS::Lambda::Function').map(([name]) => name)
      expect(names.toSorted()).toEqual(functions.map((each) => `${each}LambdaFunction`).toSorted())
    })

    it.each(triggers)('runs %s on a supported Node version, with the timeout of Cognito', (trigger) => {
      expect(lambda(trigger).Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: 5, MemorySize: 512 })
    })

    it('runs the sweeper every five minutes, with a longer timeout', () => {
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

    it.each(functions)('gives %s exactly the settings that it reads', (trigger) => {
      expect(Object.keys(lambda(trigger).Properties.Environment.Variables).toSorted()).toEqual(
        settings.get(folders.get(trigger) ?? '')?.toSorted(),
      )
    })

    it.each(triggers)('configures the pool to call %s, and permits the call', (trigger) => {
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

    it.each(functions)('keeps the log of %s for 30 days', (trigger) => {
      expect(resource(`${trigger}LogGroup`).Properties).toEqual({
        LogGroupName: `/aws/lambda/${lambda(trigger).Properties.FunctionName}`,
        RetentionInDays: 30,
      })
    })
  })
}
