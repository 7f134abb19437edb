import { describe, expect, it } from 'vitest'
import { functions, type Packaged, refusing, triggers } from '../../support/package/packaged.ts'
import { circle, references } from '../../support/package/references.ts'

/** What is asserted of the template as a whole. */
export function assertWhole({ template }: Packaged): void {
  describe('the template', () => {
    it('holds what is told of above, and nothing else', () => {
      const each = (names: readonly string[], ...endings: readonly string[]): readonly string[] =>
        names.flatMap((name) => endings.map((ending) => `${name}${ending}`))
      expect(Object.keys(template().Resources).toSorted()).toEqual(
        [
          // The framework's own, for the zips.
          ...['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy'],
          ...['CognitoUserPoolUsers', 'AppClient', 'BlockTable', 'ProfileTable', 'EffectTable'],
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

    it('names in its outputs what apps and operators need', () => {
      expect(template().Outputs).toMatchObject({
        UserPoolId: { Value: { Ref: 'CognitoUserPoolUsers' } },
        AppClientId: { Value: { Ref: 'AppClient' } },
        BlockTableName: { Value: { Ref: 'BlockTable' } },
        ProfileTableName: { Value: { Ref: 'ProfileTable' } },
        EffectTableName: { Value: { Ref: 'EffectTable' } },
      })
    })

    it('names nothing that it does not hold, and goes round in no circle', () => {
      const names = new Set(Object.keys(template().Resources))
      const strange = references(template().Resources).filter((each) => !names.has(each) && !each.startsWith('AWS::'))
      expect(strange).toEqual([])
      expect(circle(template()), 'what is left waits for itself').toEqual([])
    })
  })
}
