import { describe, expect, it } from 'vitest'
import { createSessions, type SignIn } from '../../../src/tools/pool/sessions.ts'

const MINUTE_MS = 60_000
const createSignIn = (clientId = 'client'): SignIn => ({
  poolId: 'pool',
  clientId,
  typedName: 'ada',
  username: 'ada',
  flow: 'USER_AUTH',
  expected: [],
  results: [],
})

describe('a session', () => {
  it('is random, and is taken once', () => {
    const sessions = createSessions(() => 0)
    const signIn = createSignIn()
    const [one, two] = [sessions.save(signIn, 3), sessions.save(signIn, 3)]

    expect(one).not.toBe(two)
    expect(one.length).toBeGreaterThan(100)
    expect(sessions.take(one, 'client')).toBe(signIn)
    expect(() => sessions.take(one, 'client')).toThrow('Invalid session for the user.')
  })

  it('expires, for a look too', () => {
    let now = 0
    const sessions = createSessions(() => now)
    const session = sessions.save(createSignIn(), 3)
    now = 3 * MINUTE_MS - 1
    const before = sessions.peek(session)
    now += 1

    expect(before?.typedName).toBe('ada')
    expect(sessions.peek(session)).toBeUndefined()
    expect(() => sessions.take(session, 'client')).toThrow('Invalid session for the user, session is expired.')
  })

  it('stays for its app client if another one takes it', () => {
    const sessions = createSessions(() => 0)
    const session = sessions.save(createSignIn(), 3)

    expect(() => sessions.take(session, 'other')).toThrow('Invalid session for the user.')
    expect(() => sessions.take(undefined, 'client')).toThrow('Invalid session for the user.')
    expect(sessions.take(session, 'client').typedName).toBe('ada')
  })

  it('does not stay in memory for ever', () => {
    let now = 0
    const sessions = createSessions(() => now)
    for (let count = 0; count < 100; count += 1) sessions.save(createSignIn(), 3)
    now = 3 * MINUTE_MS
    sessions.save(createSignIn(), 3)

    expect(sessions.count()).toBe(1)
  })
})
