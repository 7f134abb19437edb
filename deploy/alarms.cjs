// Creates the alarms of one function. deploy/alarms.yml has the alarms of the whole service and the condition HasAlarmTopic.

// Each alarm notifies the SNS topic of the parameter `alarmTopicArn`. Without a topic, the alarm only changes its state.
const AlarmActions = { 'Fn::If': ['HasAlarmTopic', ['${param:alarmTopicArn}'], { Ref: 'AWS::NoValue' }] }
const aboveZero = {
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  AlarmActions,
}
// Fires only if two of three periods are above zero: one denial may count as an error in one period and as a denial in the next.
const mostlyAboveZero = { ...aboveZero, EvaluationPeriods: 3, DatapointsToAlarm: 2 }
// Fires only if two periods in a row are too slow: in a period with few calls, one slow call sets the 99th percentile.
const tooSlow = { ...aboveZero, EvaluationPeriods: 2, Threshold: '${param:alarmSlowAfterMs}' }

// The effect of each trigger's failure on users, for the descriptions of alarms.
const USER_IMPACT = {
  PreSignUp: 'sign-ups are being rejected',
  PreAuthentication: 'sign-ins are being rejected',
  PreTokenGeneration: 'sign-ins and token refreshes are being rejected',
  PostAuthentication: 'sign-ins end with an error',
  PostConfirmation: 'users see an error when they confirm, and may get no profile and no welcome email',
}

/** Returns the alarms and the metric filters of a function as CloudFormation resources. */
exports.createAlarms = (lambda) => ({
  ...(lambda.trigger === undefined ? alarmOnSchedule(lambda) : alarmsOnTrigger(lambda)),
  ...(lambda.runsEffects && {
    // Counts EffectsLost in this stage's log, because all stages in an account share the metric EffectsLost.
    [`${lambda.id}EffectsLostFilter`]: countLines(lambda, 'EffectsLost', '${self:service}-${sls:stage}-effects-lost'),
  }),
})

/** Returns the alarm of a function that no user pool calls. No user sees its errors, so only this alarm reports them. */
function alarmOnSchedule({ id, name, sweeps }) {
  const impact = sweeps ? 'pending effects, such as welcome emails, are not retried' : 'its scheduled work is not done'
  const description = `${id} is failing: ${impact}. Check the log of ${name} for errors.`
  return { [`${id}ErrorsAlarm`]: alarm(description, { ...lambdaMetric(id, 'Errors', 600), ...aboveZero, EvaluationPeriods: 2 }) }
}

function alarmsOnTrigger(lambda) {
  const { id, name, refuses, failsOpen } = lambda
  const throttled = `Lambda throttles ${id}: ${findImpact(lambda)}. Raise the concurrency limit of the account or of ${name}.`
  const slow =
    `${id} is slow: 1 call in 100 takes over \${param:alarmSlowAfterMs} ms, and Cognito fails a call after 5000 ms. ` +
    `Check durationMs and the trace in the log of ${name}, then the latency of DynamoDB and SES.`
  return {
    ...(refuses ? errorsWithoutDenials(lambda) : { [`${id}ErrorsAlarm`]: errors(lambda) }),
    ...(failsOpen && ruleErrors(lambda)),
    [`${id}ThrottlesAlarm`]: alarm(throttled, { ...lambdaMetric(id, 'Throttles', 300), ...aboveZero }),
    [`${id}DurationAlarm`]: alarm(slow, { ...lambdaMetric(id, 'Duration', 300, { ExtendedStatistic: 'p99' }), ...tooSlow }),
  }
}

function findImpact({ trigger, refuses }) {
  return USER_IMPACT[trigger] ?? (refuses ? 'users are being rejected' : 'users see an error')
}

function describeErrors(lambda) {
  return (
    `${lambda.id} is failing: ${findImpact(lambda)}. ` +
    `Check the log of ${lambda.name} for "decision":"failed". Without such a line, look for init errors and timeouts.`
  )
}

function errors(lambda) {
  return alarm(describeErrors(lambda), { ...lambdaMetric(lambda.id, 'Errors', 300), ...aboveZero })
}

/** Returns an alarm on errors minus denials, because Lambda counts a denial as an error: a trigger denies by throwing. */
function errorsWithoutDenials(lambda) {
  const { name, id } = lambda
  const MetricName = `\${self:service}-\${sls:stage}-${name}-denials`
  const { Namespace, MetricName: Errors, Dimensions } = lambdaMetric(id, 'Errors', 300)
  const sum = (Id, Metric) => ({ Id, ReturnData: false, MetricStat: { Metric, Stat: 'Sum', Period: 300 } })
  return {
    [`${id}DenialsFilter`]: countLines(lambda, 'Denials', MetricName),
    [`${id}ErrorsAlarm`]: alarm(describeErrors(lambda), {
      Metrics: [
        { Id: 'failures', Expression: 'errors - FILL(denials, 0)' },
        sum('errors', { Namespace, MetricName: Errors, Dimensions }),
        sum('denials', { Namespace: 'Lifeguard', MetricName }),
      ],
      ...mostlyAboveZero,
    }),
  }
}

/** Returns an alarm on rule errors. Under `failOpen`, a rule error lets the user pass, so only the function's log shows it. */
function ruleErrors(lambda) {
  const { name, id } = lambda
  const description =
    `A rule of ${id} is failing, and users pass without its check. ` +
    `Check the log of ${name} for "outcome":"error" in the trace, then the service that the rule calls.`
  const MetricName = `\${self:service}-\${sls:stage}-${name}-rule-errors`
  return {
    [`${id}RuleErrorsFilter`]: countLines(lambda, 'RuleErrors', MetricName),
    [`${id}RuleErrorsAlarm`]: alarm(description, {
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

/** Returns a metric filter that counts the lines of a function's log in which `field` is 1. */
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
