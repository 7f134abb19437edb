// Writes the alarms of a function. deploy/alarms.yml has those of the whole service, and the condition TellsOfAlarms.

// Each sends to the SNS topic of the parameter `alarmTopicArn`. Without one, it only changes its state.
const AlarmActions = { 'Fn::If': ['TellsOfAlarms', ['${param:alarmTopicArn}'], { Ref: 'AWS::NoValue' }] }
const aboveZero = {
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  AlarmActions,
}
// Two of three: a denial at the end of a period may count as an error in it, and as a denial in the next.
const mostlyAboveZero = { ...aboveZero, EvaluationPeriods: 3, DatapointsToAlarm: 2 }
// Two in a row: with few calls, a single slow one decides the 99th percentile.
const tooSlow = { ...aboveZero, EvaluationPeriods: 2, Threshold: '${param:alarmSlowAfterMs}' }

/** Returns the alarms and the metric filters of a function. */
exports.createAlarms = (lambda) => ({
  ...(lambda.trigger === undefined ? alarmOnSchedule(lambda) : alarmsOnTrigger(lambda)),
  ...(lambda.runsEffects && {
    // Two stages may share an account, and the metric EffectsLost names only the trigger. So the logs of this stage are counted.
    [`${lambda.id}EffectsLostFilter`]: countLines(lambda, 'EffectsLost', '${self:service}-${sls:stage}-effects-lost'),
  }),
})

/** No user waits for a function that no pool calls, so only this alarm shows that it fails. */
function alarmOnSchedule({ id, sweeps }) {
  const description = sweeps ? 'The sweeper fails, so unfinished effects are not tried again' : `${id} fails`
  return { [`${id}ErrorsAlarm`]: alarm(description, { ...lambdaMetric(id, 'Errors', 600), ...aboveZero, EvaluationPeriods: 2 }) }
}

function alarmsOnTrigger(lambda) {
  const { id, refuses, failsOpen } = lambda
  return {
    ...(refuses ? errorsWithoutDenials(lambda) : { [`${id}ErrorsAlarm`]: errors(id) }),
    ...(failsOpen && ruleErrors(lambda)),
    [`${id}ThrottlesAlarm`]: alarm(`Lambda throttles ${id}; the account needs more concurrency`, {
      ...lambdaMetric(id, 'Throttles', 300),
      ...aboveZero,
    }),
    [`${id}DurationAlarm`]: alarm(`${id} takes nearly the five seconds that Cognito waits`, {
      ...lambdaMetric(id, 'Duration', 300, { ExtendedStatistic: 'p99' }),
      ...tooSlow,
    }),
  }
}

function errors(id) {
  return alarm(`${id} fails, so users see an error`, { ...lambdaMetric(id, 'Errors', 300), ...aboveZero })
}

/** A trigger denies by throwing, which Lambda counts as an error. So the denials in the function's log are subtracted. */
function errorsWithoutDenials(lambda) {
  const { name, id } = lambda
  const MetricName = `\${self:service}-\${sls:stage}-${name}-denials`
  const { Namespace, MetricName: Errors, Dimensions } = lambdaMetric(id, 'Errors', 300)
  const sum = (Id, Metric) => ({ Id, ReturnData: false, MetricStat: { Metric, Stat: 'Sum', Period: 300 } })
  return {
    [`${id}DenialsFilter`]: countLines(lambda, 'Denials', MetricName),
    [`${id}ErrorsAlarm`]: alarm(`${id} fails, so the users it fails for are refused`, {
      Metrics: [
        { Id: 'failures', Expression: 'errors - FILL(denials, 0)' },
        sum('errors', { Namespace, MetricName: Errors, Dimensions }),
        sum('denials', { Namespace: 'Lifeguard', MetricName }),
      ],
      ...mostlyAboveZero,
    }),
  }
}

/** A rule under failOpen that has an error lets users pass. Only the function's log shows it. */
function ruleErrors(lambda) {
  const { name, id } = lambda
  const MetricName = `\${self:service}-\${sls:stage}-${name}-rule-errors`
  return {
    [`${id}RuleErrorsFilter`]: countLines(lambda, 'RuleErrors', MetricName),
    [`${id}RuleErrorsAlarm`]: alarm(`A rule of ${id} fails, and users pass without it`, {
      ...{ Namespace: 'Lifeguard', MetricName, Statistic: 'Sum', Period: 300 },
      ...aboveZero,
    }),
  }
}

function alarm(AlarmDescription, properties) {
  return { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmDescription, ...properties } }
}

function lambdaMetric(id, MetricName, Period, statistic = { Statistic: 'Sum' }) {
  const Dimensions = [{ Name: 'FunctionName', Value: { Ref: `${id}LambdaFunction` } }]
  return { Namespace: 'AWS/Lambda', MetricName, Dimensions, ...statistic, Period }
}

/** Counts the lines of a function's log in which a field is 1. */
function countLines({ id }, field, MetricName) {
  return {
    Type: 'AWS::Logs::MetricFilter',
    Properties: {
      LogGroupName: { Ref: `${id}LogGroup` },
      FilterPattern: `{ $.${field} = 1 }`,
      MetricTransformations: [{ MetricNamespace: 'Lifeguard', MetricName, MetricValue: '1' }],
    },
  }
}
