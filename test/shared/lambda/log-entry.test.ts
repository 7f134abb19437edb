import { readFileSync } from 'node:fs'
import { MessageRejected } from '@aws-sdk/client-ses'
import { describe, expect, it } from 'vitest'
import { describeError } from '../../../src/shared/lambda/describe-error.ts'
import { InvalidEventError } from '../../../src/shared/lambda/errors.ts'
import { hashUser } from '../../../src/shared/lambda/log-entry.ts'
import { NotDoneError } from '../../../src/shared/rules/errors.ts'
import { collector, confirm, post, postEvent, pre, preEvent, runPre, work } from '../../support/harness.ts'

const FRAME = /^at .*log-entry\.test\.ts:\d+:\d+\)?$/

function catchError(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe('describeError', () => {
  it('returns the name and at most five stack frames, nearest first', () => {
    const { name, frames } = describeError(new RangeError('secret'))
    expect(name).toBe('RangeError')
    expect(frames[0]).toMatch(FRAME)
    expect(frames.length).toBeLessThanOrEqual(5)
    const deep = (levels: number): Error => (levels === 0 ? new Error('secret') : deep(levels - 1))
    expect(describeError(deep(20)).frames).toHaveLength(5)
  })

  it('returns the code and the request ID of an AWS SDK error, without its message', () => {
    const error = new MessageRejected({ message: 'Email address is not verified: mary@example.com', $metadata: { requestId: 'a1-b2' } })
    const described = describeError(Object.assign(error, { code: 'MessageRejected' }))
    expect(described).toMatchObject({ name: 'MessageRejected', code: 'MessageRejected', awsRequestId: 'a1-b2' })
    expect(JSON.stringify(described)).not.toContain('mary')
  })

  it('reads the frames of a Node error, whose stack has a code after the name', () => {
    const error = catchError(() => readFileSync(JSON.parse('{}')))
    expect(describeError(error)).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
    expect(describeError(error).frames.some((frame) => FRAME.test(frame))).toBe(true)
  })

  it.each([
    '',
    'one line',
    'two\nlines',
    'at the beginning\n    at fake (/secret.js:1:1)\n    at /fake.js:1:1',
    'Error',
    ': ',
    '\n',
    'Error: \n    at fake (/fake.js:1:1)',
  ])('does not read a line of the message %j as a stack frame', (message) => {
    const { frames } = describeError(new Error(message))
    expect(frames[0]).toMatch(FRAME)
    expect(frames.join('\n')).not.toMatch(/fake|beginning/)
  })

  it.each(['', 'Error', 'r', 'secret', 'other'])(
    'returns no frames if the message was changed to %j after the stack was created',
    (message) => {
      const error = Object.assign(new Error(message), {
        stack: 'Error: first secret\n    at fake (/fake.js:1:1)\n    at real (/real.js:1:1)',
      })
      expect(describeError(error)).toEqual({ name: 'Error', frames: [] })
    },
  )

  it.each([
    ['Error\n    at real (/real.js:1:1)', ['at real (/real.js:1:1)']],
    ['Error: \n    at real (/real.js:1:1)', ['at real (/real.js:1:1)']],
    [
      'Error\n    at mary (mary@example.com:1:1)\n    at mary\n    at async Promise.all (index 0)\n    at async /real.js:1:1\n    at new A [as b] (node:vm:1:2)\n    at C:\\a.js:1:1',
      ['at async /real.js:1:1', 'at new A [as b] (node:vm:1:2)', 'at C:\\a.js:1:1'],
    ],
  ])('returns only the lines that contain a code location, for the stack %j', (stack, frames) => {
    expect(describeError(Object.assign(new Error(''), { stack })).frames).toEqual(frames)
  })

  it.each([undefined, 7, '', 'a text', 'Error: other\n    at fake (/fake.js:1:1)', '    at fake (/fake.js:1:1)'])(
    'returns no frames for the stack %j',
    (stack) => {
      expect(describeError(Object.assign(new Error('secret'), { stack }))).toEqual({ name: 'Error', frames: [] })
    },
  )

  it.each(['mary@example.com', 'a text', '', 'x'.repeat(65), 7, null])(
    'leaves out a name, code or request ID that is not an identifier: %j',
    (text) => {
      const error = Object.assign(new Error('secret'), { name: text, code: text, $metadata: { requestId: text } })
      expect(Object.keys(describeError(error))).toEqual(['name', 'frames'])
      expect(describeError(error).name).toBe('Error')
    },
  )

  it.each([null, 'text', {}])('accepts %j as the metadata of an error', ($metadata) => {
    expect(describeError(Object.assign(new Error('secret'), { $metadata }))).not.toHaveProperty('awsRequestId')
  })

  it('returns the problems of an InvalidEventError, but of no other error', () => {
    expect(describeError(new InvalidEventError(['request: expected an object'])).problems).toEqual(['request: expected an object'])
    expect(describeError(Object.assign(new Error('secret'), { problems: ['mary@example.com'] }))).not.toHaveProperty('problems')
  })

  it.each([
    ['undefined', undefined],
    ['object', null],
    ['string', 'secret'],
    ['number', 7],
    ['object', { name: 'secret', message: 'secret', stack: 'secret' }],
  ])('returns only the type of a value that is not an error: %s', (name, value) => {
    expect(describeError(value)).toEqual({ name, frames: [] })
  })

  it('describes the cause of a NotDoneError', () => {
    const refusal = new MessageRejected({ message: 'Email address is not verified: mary@example.com', $metadata: { requestId: 'a1-b2' } })
    expect(describeError(new NotDoneError(refusal))).toEqual(describeError(refusal))
    expect(describeError(new NotDoneError(new NotDoneError(refusal)))).toMatchObject({ name: 'MessageRejected', awsRequestId: 'a1-b2' })
    expect(describeError(new NotDoneError('secret'))).toEqual({ name: 'string', frames: [] })
  })

  it('returns only the name Error if a getter of the error throws', () => {
    const hiding = Object.defineProperty(new Error('secret'), 'stack', {
      get: () => {
        throw new Error('another secret')
      },
    })
    expect(describeError(hiding)).toEqual({ name: 'Error', frames: [] })
  })
})

const KEY = 'sixteen letters or more'
const mary = { userPoolId: 'eu-west-1_a', userName: 'mary' }

describe('hashUser', () => {
  it('returns 32 hexadecimal digits, the same for the same user', () => {
    expect(hashUser(KEY, mary)).toMatch(/^[0-9a-f]{32}$/)
    expect(hashUser(KEY, { ...mary })).toBe(hashUser(KEY, mary))
  })

  it('returns different hashes for different keys, pools and users', () => {
    const all = [
      hashUser(KEY, mary),
      hashUser(`${KEY}!`, mary),
      hashUser(KEY, { ...mary, userPoolId: 'eu-west-1_b' }),
      hashUser(KEY, { ...mary, userName: 'Mary' }),
      hashUser(KEY, { userPoolId: null, userName: 'mary' }),
      hashUser(KEY, { userPoolId: 'eu-west-1_a' }),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  it('writes the same user hash to the log line of every trigger, but only if a hash key is set', async () => {
    expect((await runPre([confirm])).lines[0]).not.toHaveProperty('user')
    const before = collector()
    const after = collector()
    await pre({ write: before.write, logHashKey: KEY }, confirm)(preEvent())
    await post({ write: after.write, logHashKey: KEY }, work)(postEvent())
    expect(before.lines()[0]?.user).toBe(hashUser(KEY, preEvent()))
    expect(after.lines()[0]?.user).toBe(before.lines()[0]?.user)
  })

  it.each([null, 7, undefined])('writes no user hash to the log line if the user name is %j', async (userName) => {
    const { lines } = await runPre([confirm], preEvent({ userName }), { logHashKey: KEY })
    expect(lines[0]).not.toHaveProperty('user')
  })
})
