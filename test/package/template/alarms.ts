import { describe, expect, it, vi } from 'vitest'
import { lostLine } from '../../../src/shared/lambda/report.ts'
import { formatSweepLine } from '../../../src/sweeper/sweeper.ts'
import { preSignUpEvent } from '../../support/events.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { asked, type Packaged, refusing, toFunctionName, triggers } from '../../support/package/packaged.ts'

const NOTIFIES = { 'Fn::If': ['HasAlarmTopic', [''], { Ref: 'AWS::NoValue' }] }
const dimensions = (trigger: string) => [{ Name: 'FunctionName', Value: { Ref: `${trigger}LambdaFunction` } }]
const ABOVE_ZERO = { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching', AlarmActions: NOTIFIES }

/** Defines the tests of the alarms. */
export function assertAlarms({ template, sending }: Packaged): void {
  const { resource } = asked(template)

  describe('the description of an alarm', () => {
    it.each(triggers)('the errors alarm of %s describes what users experience and what an operator has to check', (trigger) => {
      const { AlarmDescription } = resource(`${trigger}ErrorsAlarm`).Properties

      expect(AlarmDescription).toMatch(new RegExp(`^${trigger} is failing: .+\\. Check the log of ${toFunctionName(trigger)} `))
      // A trigger without its own description gets this fallback, which does not say enough.
      expect(AlarmDescription).not.toMatch(/: users (?:are being rejected|see an error)\./)
    })
  })

  describe.each(['EffectsFailed', 'EffectsUnknown'])('the %s alarm', (metric) => {
    it("the alarm watches the sweeper's metric of this stage, and notifies the SNS topic if one is configured", () => {
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

  describe('the EffectsLost alarm', () => {
    const name = 'lifeguard-dev-effects-lost'

    it.each(['PostConfirmation', 'Sweeper'])('a metric filter counts the lost effects in the log of %s', (each) => {
      const { resource } = asked(sending)

      expect(resource(`${each}EffectsLostFilter`).Properties).toEqual({
        LogGroupName: { Ref: `${each}LogGroup` },
        FilterPattern: '{ $.EffectsLost = 1 }',
        MetricTransformations: [{ MetricNamespace: 'Lifeguard', MetricName: name, MetricValue: '1' }],
      })
      expect(resource(`${each}LogGroup`).Type).toBe('AWS::Logs::LogGroup')
    })

    it('no metric filter counts lost effects in the log of a function that runs no effects', () => {
      const filters = Object.keys(template().Resources).filter((each) => each.endsWith('EffectsLostFilter'))

      expect(filters).toEqual(['SweeperEffectsLostFilter'])
    })

    it('the EffectsLost alarm watches only the lost effects of this stage, and notifies the SNS topic if one is configured', () => {
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
      // The metric of the filter has no dimensions, so an alarm with dimensions would get no data.
      expect(Properties.Dimensions).toBeUndefined()
    })

    it('the metric filter for lost effects matches the log line of a handler', () => {
      const lost = { userPoolId: 'eu-west-1_Example', sub: 'a-sub', effect: 'send-welcome-email', token: 'a-token' }
      expect(lostLine(lost, 'PostConfirmation', Date.now())).toMatchObject({ EffectsLost: 1 })
    })
  })

  describe('the sweeper alarm', () => {
    it('the sweeper alarm watches the errors of the sweeper function', () => {
      expect(resource('SweeperErrorsAlarm').Properties).toMatchObject({
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'SweeperLambdaFunction' } }],
        Threshold: 0,
      })
      expect(resource('SweeperLambdaFunction').Type).toBe('AWS::Lambda::Function')
    })
  })

  describe.each(triggers)('the alarms of %s', (trigger) => {
    const properties = (alarm: string): Record<string, unknown> => resource(`${trigger}${alarm}Alarm`).Properties

    it('an alarm watches the throttled calls of the function', () => {
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

    it('an alarm watches the 99th percentile of the duration, with a threshold below the timeout', () => {
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

  describe('the errors alarm', () => {
    it.each(['PostAuthentication', 'PostConfirmation'] as const)(
      'the errors alarm of %s counts every error, because this trigger never denies',
      (trigger) => {
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
      },
    )

    it.each(refusing)('the errors alarm of %s subtracts the denials, because Lambda counts them as errors', async (trigger) => {
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

    it('the metric filter matches the log line of a denial at every log level', async () => {
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
