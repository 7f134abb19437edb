import { describe, expect, it } from 'vitest'
import { hashUser } from '../../../src/shared/lambda/log-entry.ts'
import { collector, confirm, post, postEvent, pre, preEvent, runPre, work } from '../../support/harness.ts'

const KEY = 'sixteen letters or more'
const mary = { userPoolId: 'eu-west-1_a', userName: 'mary' }

describe('the hash of a user', () => {
  it('is 128 bits in hexadecimal digits, and always the same', () => {
    expect(hashUser(KEY, mary)).toMatch(/^[0-9a-f]{32}$/)
    expect(hashUser(KEY, { ...mary })).toBe(hashUser(KEY, mary))
  })

  it('differs by key, by pool and by user', () => {
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

  it('is in the log line only with a key, and the same in every trigger', async () => {
    expect((await runPre([confirm])).lines[0]).not.toHaveProperty('user')
    const before = collector()
    const after = collector()
    await pre.with({ write: before.write, logHashKey: KEY })(confirm)(preEvent())
    await post.with({ write: after.write, logHashKey: KEY })(work)(postEvent())
    expect(before.lines()[0]?.user).toBe(hashUser(KEY, preEvent()))
    expect(after.lines()[0]?.user).toBe(before.lines()[0]?.user)
  })

  it.each([null, 7, undefined])('is not there where the user name is %j', async (userName) => {
    const { lines } = await runPre([confirm], preEvent({ userName }), { logHashKey: KEY })
    expect(lines[0]).not.toHaveProperty('user')
  })
})
