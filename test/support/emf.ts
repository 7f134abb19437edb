import { isObject } from '../../src/shared/rules/invocation.ts'

/**
 * Validates a document in CloudWatch's embedded metric format. Returns one message for each problem.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfProblems(document: unknown): readonly string[] {
  if (!isObject(document)) return ['the document is not an object']
  const { _aws: metadata } = document
  if (!isObject(metadata)) return ['_aws is missing']
  const { Timestamp: timestamp, CloudWatchMetrics: directives } = metadata
  const problems: string[] = []
  if (!Number.isInteger(timestamp) || Number(timestamp) < 1e12) problems.push('_aws.Timestamp is not in milliseconds since 1970')
  if (!Array.isArray(directives) || directives.length === 0) return [...problems, '_aws.CloudWatchMetrics is not a list of directives']
  for (const directive of directives) problems.push(...directiveProblems(directive, document))
  return problems
}

// These limits and units come from the specification's schema, and from AWS's pages about PutMetricData and MetricDatum.
const MAX_DIMENSIONS = 30
const MAX_METRICS = 100
const MAX_VALUES = 100
const MAX_LENGTH = 1024
const MAX_DIMENSION_NAME_LENGTH = 250
const UNITS = new Set(['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Percent', 'Count', 'Count/Second', 'None'])

function directiveProblems(directive: unknown, document: Record<string, unknown>): string[] {
  if (!isObject(directive)) return ['a directive is not an object']
  const { Namespace: namespace, Dimensions: dimensions, Metrics: metrics } = directive
  const problems: string[] = []
  if (!isName(namespace, MAX_LENGTH) || namespace.startsWith('AWS/')) problems.push('the namespace is not a valid name')
  if (!Array.isArray(dimensions) || dimensions.length === 0) problems.push('the list of dimension sets is missing or empty')
  else for (const set of dimensions) problems.push(...dimensionProblems(set, document))
  if (!Array.isArray(metrics) || metrics.length === 0 || metrics.length > MAX_METRICS)
    problems.push(`the list of metrics is missing, empty or longer than ${MAX_METRICS}`)
  else for (const metric of metrics) problems.push(...metricProblems(metric, document))
  return problems
}

function dimensionProblems(set: unknown, document: Record<string, unknown>): string[] {
  if (!Array.isArray(set) || set.length > MAX_DIMENSIONS)
    return [`a dimension set is not a list, or has more than ${MAX_DIMENSIONS} dimensions`]
  return set.flatMap((key: unknown) => {
    if (!isName(key, MAX_DIMENSION_NAME_LENGTH)) return ['the name of a dimension is invalid']
    if (!Object.hasOwn(document, key)) return [`the dimension ${key} is missing at the top level`]
    return isName(document[key], MAX_LENGTH) ? [] : [`the dimension ${key} is not a string of 1 to ${MAX_LENGTH} characters`]
  })
}

function metricProblems(metric: unknown, document: Record<string, unknown>): string[] {
  if (!isObject(metric) || !isName(metric.Name, MAX_LENGTH)) return ['the name of a metric is invalid']
  const { Name: name, Unit: unit } = metric
  const problems: string[] = []
  if (unit !== undefined && !UNITS.has(String(unit))) problems.push(`the unit of ${name} is unknown`)
  const value = Object.hasOwn(document, name) ? document[name] : undefined
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length === 0 || values.length > MAX_VALUES || !values.every(Number.isFinite))
    problems.push(`${name} is neither a number nor a list of numbers`)
  return problems
}

function isName(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= longest
}
