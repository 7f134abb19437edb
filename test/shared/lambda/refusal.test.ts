import { AssertionError } from 'node:assert'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { TriggerDeniedError, TriggerFailedError } from '../../../src/shared/lambda/errors.ts'
import { isRefusal, listCauses } from '../../../src/shared/lambda/refusal.ts'

class NoSeatsLeft extends Error {
  override name = 'NoSeatsLeft'
}
const system = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED', syscall: 'connect', errno: -111 })
const circular: Error & { cause?: unknown } = new Error('around')
circular.cause = new Error('and around', { cause: circular })

describe('isRefusal', () => {
  it.each<readonly [string, unknown]>([
    ['an Error', new Error('no')],
    ['an Error of another realm', runInNewContext('new Error("no")')],
    ['a class of the project', new NoSeatsLeft('no')],
    ['an error whose cause is one too', new Error('no', { cause: new Error('not found') })],
    ['an AggregateError of such errors', new AggregateError([new Error('no')])],
    ['an error that is its own cause', circular],
    ['a denial of Lifeguard', new TriggerDeniedError('no')],
  ])('returns true for %s', (_, thrown) => {
    expect(isRefusal(thrown)).toBe(true)
  })

  it.each<readonly [string, unknown]>([
    ['a TypeError', new TypeError('no')],
    ['a TypeError of another realm', runInNewContext('new TypeError("no")')],
    ['a ReferenceError', new ReferenceError('no')],
    ['a RangeError', new RangeError('no')],
    ['a SyntaxError', new SyntaxError('no')],
    ['an EvalError', new EvalError('no')],
    ['a URIError', new URIError('no')],
    ['a failed assertion', new AssertionError({ message: 'no' })],
    ['a failed assertion of a package', Object.assign(new Error('no'), { name: 'AssertionError' })],
    ['a timeout', new DOMException('no', 'TimeoutError')],
    ['an AggregateError of a crash', new AggregateError([new Error('no'), system])],
    ['an empty AggregateError', new AggregateError([])],
    ['a system error', system],
    ['an error with a code', Object.assign(new Error('no'), { code: 'NO' })],
    ['an error of the AWS SDK', Object.assign(new Error('no'), { $metadata: { httpStatusCode: 400 } })],
    ['an error that a system error caused', new Error('no', { cause: new Error('no', { cause: system }) })],
    ['an error that a crash caused', new Error('no', { cause: new TypeError('no') })],
    ['a failure of Lifeguard', new TriggerFailedError()],
    ['a string', 'no'],
    ['undefined', undefined],
    ['an object that looks like an error', { name: 'Error', message: 'no' }],
    ['an error that cannot be read', Object.defineProperty(new Error('no'), 'code', { get: () => JSON.parse('{') })],
  ])('returns false for %s', (_, thrown) => {
    expect(isRefusal(thrown)).toBe(false)
  })
})

describe('listCauses', () => {
  it('lists five causes at most, outermost first', () => {
    let error = new Error('0')
    for (let at = 1; at < 20; at += 1) error = new Error(`${at}`, { cause: error })

    expect(listCauses(error).map(String)).toEqual(['Error: 18', 'Error: 17', 'Error: 16', 'Error: 15', 'Error: 14'])
  })

  it('lists no cause twice', () => {
    expect(listCauses(circular).map(String)).toEqual(['Error: and around'])
  })
})
