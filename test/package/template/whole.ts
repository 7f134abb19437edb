import { describe, expect, it } from 'vitest'
import { functions, type Packaged, refusing, triggers } from '../../support/package/packaged.ts'
import { circle, references } from '../../support/package/references.ts'

/** Defines the tests of the whole template. */
export function assertWhole({ template }: Packaged): void {
  describe('the template', () => {
    it('the template contains only the expected resources', () => {
      const each = (names: readonly string[], ...endings: readonly string[]): readonly string[] =>
        names.flatMap((name) => endings.map((ending) => `${name}${ending}`))
      expect(Object.keys(template().Resources).toSorted()).toEqual(
        [
          // The framework creates this bucket for the zips.
          ...['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy'],
          ...['CognitoUserPoolUsers', 'AppClient', 'BlockTable', 'ProfileTable', 'EffectTable', 'LimitTable'],
          ...each(functions, 'LambdaFunction', 'LogGroup', 'Role', 'ErrorsAlarm'),
          ...each(triggers, 'ThrottlesAlarm', 'DurationAlarm'),
          ...triggers.map((each) => `${each}LambdaPermissionCognitoUserPoolUsersTriggerSource${each}`),
          ...each(refusing, 'DenialsFilter'),
          'SweeperEffectsLostFilter',
          ...each(['EffectsFailed', 'EffectsUnknown', 'EffectsLost'], 'Alarm'),
          ...['SweeperEventsRuleSchedule1', 'SweeperLambdaPermissionEventsRuleSchedule1'],
        ].toSorted(),
      )
    })

    it('the template outputs the ids and table names that apps and operators need', () => {
      expect(template().Outputs).toMatchObject({
        UserPoolId: { Value: { Ref: 'CognitoUserPoolUsers' } },
        AppClientId: { Value: { Ref: 'AppClient' } },
        BlockTableName: { Value: { Ref: 'BlockTable' } },
        ProfileTableName: { Value: { Ref: 'ProfileTable' } },
        EffectTableName: { Value: { Ref: 'EffectTable' } },
        LimitTableName: { Value: { Ref: 'LimitTable' } },
      })
    })

    it('the template has no dangling references and no circular dependencies', () => {
      const names = new Set(Object.keys(template().Resources))
      const dangling = references(template().Resources).filter((each) => !names.has(each) && !each.startsWith('AWS::'))
      expect(dangling).toEqual([])
      expect(circle(template()), 'resources that depend on each other').toEqual([])
    })
  })
}
