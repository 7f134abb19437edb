import { describe, expect, it } from 'vitest'
import { emfProblems } from './emf.ts'

/** The example document of the EMF specification, with only one of its metrics. */
const example = {
  _aws: {
    Timestamp: 1574109732004,
    CloudWatchMetrics: [
      { Namespace: 'lambda-function-metrics', Dimensions: [['functionVersion']], Metrics: [{ Name: 'time', Unit: 'Milliseconds' }] },
    ],
  },
  functionVersion: '$LATEST',
  time: 100,
}
const [directive] = example._aws.CloudWatchMetrics
const withDirective = (change: object) => ({ ...example, _aws: { ...example._aws, CloudWatchMetrics: [{ ...directive, ...change }] } })

describe('emfProblems', () => {
  it('finds no problem in the example document of the EMF specification', () => {
    expect(emfProblems(example)).toEqual([])
    expect(emfProblems({ ...example, time: [1, 2.5] })).toEqual([])
  })

  it.each([
    ['a document that is a number', 7],
    ['missing metadata', { ...example, _aws: undefined }],
    ['a timestamp in seconds', { ...example, _aws: { ...example._aws, Timestamp: 1574109732 } }],
    ['an empty list of directives', { ...example, _aws: { Timestamp: 1574109732004, CloudWatchMetrics: [] } }],
    ['a directive that is a string', { ...example, _aws: { Timestamp: 1574109732004, CloudWatchMetrics: ['x'] } }],
    ['an empty namespace', withDirective({ Namespace: '' })],
    ['an empty list of dimension sets', withDirective({ Dimensions: [] })],
    ['a dimension set that is not a list', withDirective({ Dimensions: ['functionVersion'] })],
    ['too many dimensions', withDirective({ Dimensions: [Array(31).fill('functionVersion')] })],
    ['an empty dimension', withDirective({ Dimensions: [['']] })],
    ['a dimension that is missing at the top level', withDirective({ Dimensions: [['nowhere']] })],
    ['a dimension that is a number', { ...example, functionVersion: 1 }],
    ['a dimension that is empty', { ...example, functionVersion: '' }],
    ['a dimension that is too long', { ...example, functionVersion: 'x'.repeat(1025) }],
    ['an empty list of metrics', withDirective({ Metrics: [] })],
    ['a metric without a name', withDirective({ Metrics: [{}] })],
    ['a metric whose name is too long', withDirective({ Metrics: [{ Name: 'x'.repeat(1025) }] })],
    ['an unknown unit', withDirective({ Metrics: [{ Name: 'time', Unit: 'Fortnights' }] })],
    ['a metric that is missing at the top level', withDirective({ Metrics: [{ Name: 'nowhere' }] })],
    ['a metric that is a string', { ...example, time: '100' }],
    ['a metric that is an empty list', { ...example, time: [] }],
  ])('reports %s', (_, document) => {
    expect(emfProblems(document)).toHaveLength(1)
  })
})
