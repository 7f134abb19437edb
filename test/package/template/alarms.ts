import { describe, expect, it, vi } from 'vitest'
import { lostLine } from '../../../src/shared/lambda/report.ts'
import { formatSweepLine } from '../../../src/sweeper/sweeper.ts'
import { preSignUpEvent } from '../../support/events.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { asked, type Packaged, refusing, triggers } from '../../support/package/packaged.ts'

const TOLD = { 'Fn::If': ['HasAlarmTopic', [''], { Ref: 'AWS::NoValue' }] }
const dimensions = (trigger: string) => [{ Name: 'FunctionName', Value: { Ref: `${trigger}LambdaFunction` } }]
const ABOVE_ZERO = { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching', AlarmActions: TOLD }

/** What is asserted of the alarms. */
export function assertAlarms({ template, sending }: Packaged): void {
  const { resource } = asked(template)

  describe.each(['EffectsFailed', 'EffectsUnknown'])('the alarm on %s', (metric) => {
    it('watches what the sweeper counts of this stage, and tells somebody only where it is told whom', () => {
      const { Properties } = resource(`${metric}Alarm`)
      const line = formatSweepLine({ swept: {}, reasons: {}, lost: [] }, { failed: 1, unknown: 1 }, 'lifeguard-dev-effects', Date.now())
      expect(Properties).toMatchObject({
        Namespace: 'Lifeguard',
        MetricName: metric,
        Dimensions: [{ Name: 'table', Value: line.table }],
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        AlarmActions: { 'Fn::If': ['HasAlarmTopic', [''], { Ref: 'AWS::NoValue' }] },
      })
      expect(line).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: 'Lifeguard', Dimensions: [['table']] }] }, [metric]: 1 })
    })
  })

  describe('the alarm on effects that were lost', () => {
    const name = 'lifeguard-dev-effects-lost'

    it.each(['PostConfirmation', 'Sweeper'])('counts the lines of each function that runs effects: %s', (each) => {
      const { resource } = asked(sending)

      expect(resource(`${each}EffectsLostFilter`).Properties).toEqual({
        LogGroupName: { Ref: `${each}LogGroup` },
        FilterPattern: '{ $.EffectsLost = 1 }',
        MetricTransformations: [{ MetricNamespace: 'Lifeguard', MetricName: name, MetricValue: '1' }],
      })
      expect(resource(`${each}LogGroup`).Type).toBe('AWS::Logs::LogGroup')
    })

    it('does not count where no effect is run', () => {
      const filters = Object.keys(template().Resources).filter((each) => each.endsWith('EffectsLostFilter'))

      expect(filters).toEqual(['SweeperEffectsLostFilter'])
    })

    it('counts the lines of this stage alone, and tells somebody only where it is told whom', () => {
      const { Properties } = resource('EffectsLostAlarm')
      expect(Properties).toMatchObject({
        Namespace: 'Lifeguard',
        MetricName: name,
        Statistic: 'Sum',
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        TreatMissingData: 'notBreaching',
        AlarmActions: { 'Fn::If': ['HasAlarmTopic', [''], { Ref: 'AWS::NoValue' }] },
      })
      // A filter without dimensions makes a metric without any.
      expect(Properties.Dimensions).toBeUndefined()
    })

    it('finds what its filters look for in the line that a handler writes', () => {
      const lost = { userPoolId: 'eu-west-1_Example', sub: 'a-sub', effect: 'send-welcome-email', token: 'a-token' }
      expect(lostLine(lost, 'PostConfirmation', Date.now())).toMatchObject({ EffectsLost: 1 })
    })
  })

  describe('the alarm on the sweeper', () => {
    it('watches the errors of the function itself', () => {
      expect(resource('SweeperErrorsAlarm').Properties).toMatchObject({
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'SweeperLambdaFunction' } }],
        Threshold: 0,
      })
      expect(resource('SweeperLambdaFunction').Type).toBe('AWS::Lambda::Function')
    })
  })

  describe.each(triggers)('the alarms on %s', (trigger) => {
    const properties = (alarm: string): Record<string, unknown> => resource(`${trigger}${alarm}Alarm`).Properties

    it('hear of calls that Lambda turned away', () => {
      expect(properties('Throttles')).toEqual({
        ...ABOVE_ZERO,
        AlarmDescription: expect.stringContaining(trigger),
        Namespace: 'AWS/Lambda',
        MetricName: 'Throttles',
        Dimensions: dimensions(trigger),
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
      })
    })

    it('hear of answers that come near what Cognito waits for, in milliseconds', () => {
      expect(properties('Duration')).toEqual({
        ...ABOVE_ZERO,
        AlarmDescription: expect.stringContaining(trigger),
        Namespace: 'AWS/Lambda',
        MetricName: 'Duration',
        Dimensions: dimensions(trigger),
        ExtendedStatistic: 'p99',
        Period: 300,
        EvaluationPeriods: 2,
        Threshold: 3000,
      })
      expect(3000).toBeLessThan(resource(`${trigger}LambdaFunction`).Properties.Timeout * 1000)
    })
  })

  describe('the alarms on errors', () => {
    it.each(['PostAuthentication', 'PostConfirmation'] as const)('hear of every error of a function that never denies: %s', (trigger) => {
      expect(resource(`${trigger}ErrorsAlarm`).Properties).toEqual({
        ...ABOVE_ZERO,
        AlarmDescription: expect.stringContaining(trigger),
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: dimensions(trigger),
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
      })
    })

    it.each(refusing)('take off what was denied, which Lambda counts as an error: %s', async (trigger) => {
      const name = `lifeguard-dev-${trigger[0]?.toLowerCase()}${trigger.slice(1)}-denials`
      expect(resource(`${trigger}DenialsFilter`).Properties).toEqual({
        LogGroupName: { Ref: `${trigger}LogGroup` },
        FilterPattern: '{ $.Denials = 1 }',
        MetricTransformations: [{ MetricNamespace: 'Lifeguard', MetricName: name, MetricValue: '1' }],
      })
      const counted = (Id: string, Metric: object): object => ({
        Id,
        ReturnData: false,
        MetricStat: { Metric, Stat: 'Sum', Period: 300 },
      })
      expect(resource(`${trigger}ErrorsAlarm`).Properties).toEqual({
        ...ABOVE_ZERO,
        AlarmDescription: expect.stringContaining(trigger),
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        Metrics: [
          { Id: 'failures', Expression: 'errors - FILL(denials, 0)' },
          counted('errors', { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: dimensions(trigger) }),
          counted('denials', { Namespace: 'Lifeguard', MetricName: name }),
        ],
      })
    })

    it('find a denial in the line that a handler logs, whatever the log level', async () => {
      for (const level of ['info', 'silent']) {
        vi.resetModules()
        vi.stubEnv('ALLOWED_EMAIL_DOMAINS', 'example.com')
        vi.stubEnv('LOG_LEVEL', level)
        const lines: string[] = []
        const written = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
        const { handler } = await import('../../../src/pre-signup/handler.ts')
        const event = preSignUpEvent({ email: 'eve@evil.example' })
        await expect(handler(event, lambdaContext)).rejects.toThrow('cannot be used')
        written.mockRestore()
        vi.unstubAllEnvs()
        expect(lines.map((line) => JSON.parse(line)).filter(({ Denials }) => Denials === 1)).toHaveLength(1)
      }
    })
  })
}
