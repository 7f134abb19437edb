import { describe, expect, it } from 'vitest'
import { describeThrown } from '../../../src/tools/replay/thrown-error.ts'

const system = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' })

describe('describeThrown', () => {
  it.each<readonly [unknown, readonly string[]]>([
    [new TypeError('fetch failed', { cause: new AggregateError([system, system], '') }), ['AggregateError', system.message]],
    [new Error('a', { cause: Object.assign(new Error('b'), { code: 'E_B', cause: 'c' }) }), ['E_B: b', 'c']],
    [new Error('a', { cause: Object.assign(new Error(''), { code: 'E_B' }) }), ['E_B']],
    [new Error('a', { cause: { seats: 0 } }), ['{"seats":0}']],
    ['a', []],
  ])('lists the codes and messages of the causes: %s', (thrown, causes) => {
    expect(describeThrown(thrown).causes).toEqual(causes)
  })

  it('has the stack traces of the error and its causes', () => {
    const { stack } = describeThrown(new Error('outer', { cause: new Error('inner') }))

    expect(stack.split('\n').filter((line) => !line.startsWith('    at '))).toEqual(['Error: outer', 'Error: inner'])
  })

  it.each([
    ['an error', Object.defineProperty(new Error('no'), 'message', { get: () => JSON.parse('{') })],
    ['a cause', new Error('no', { cause: Object.defineProperty(new Error('no'), 'code', { get: () => JSON.parse('{') }) })],
    ['an object', { toString: null, valueOf: null }],
  ])("returns the fixed message of Lambda's runtime for %s that cannot be read", (_, thrown) => {
    expect(describeThrown(thrown)).toMatchObject({ name: 'handled', refusal: false, causes: [] })
  })
})
