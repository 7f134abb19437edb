import { describe, expect, it } from 'vitest'
import { postAuthentication } from '../../src/post-auth/trigger.ts'
import { preTokenGeneration } from '../../src/pre-token/trigger.ts'
import { lastSeen } from '../../src/rules/last-seen.ts'
import type { LastSeenStore } from '../../src/shared/seen/last-seen-store.ts'
import { tokenEvent } from '../pre-token/token-event.ts'
import { ann, postAuthenticationEvent } from '../support/events.ts'

const noon = new Date('2026-05-01T12:00:00.000Z')
const now = () => noon
const { userPoolId, sub } = ann
const user = { userPoolId, sub }

interface Recorded {
  readonly user: object
  readonly at: Date
  readonly periodMs: number
}

/** A store that collects its calls. */
function createStore(writes = true): LastSeenStore & { readonly recorded: Recorded[] } {
  const recorded: Recorded[] = []
  return {
    recorded,
    record: async (who, at, periodMs) => {
      recorded.push({ user: who, at, periodMs })
      return writes
    },
  }
}
const entry = (reason: string) => expect.arrayContaining([expect.objectContaining({ rule: 'last-seen', outcome: 'skip', reason })])

describe('lastSeen', () => {
  it('records the user at a sign-in and when tokens are issued, once a day', async () => {
    const store = createStore()

    const signIn = await postAuthentication(lastSeen(store, { now })).decide(postAuthenticationEvent())
    const refresh = tokenEvent({ triggerSource: 'TokenGeneration_RefreshTokens' })
    const tokens = await preTokenGeneration(lastSeen(store, { now })).decide(refresh)

    expect(signIn.trace).toEqual(entry('seen-recorded'))
    expect(tokens.trace).toEqual(entry('seen-recorded'))
    expect(store.recorded).toEqual([
      { user, at: noon, periodMs: 86_400_000 },
      { user, at: noon, periodMs: 86_400_000 },
    ])
  })

  it('skips a user who was recorded in the period, and passes the period on', async () => {
    const store = createStore(false)
    const { trace } = await preTokenGeneration(lastSeen(store, { now, periodHours: 0.5 })).decide(tokenEvent())
    expect(trace).toEqual(entry('seen-already'))
    expect(store.recorded).toEqual([{ user, at: noon, periodMs: 1_800_000 }])
  })

  it('skips a machine, which has no sub, and uses the process clock by default', async () => {
    const store = createStore()
    const handler = preTokenGeneration(lastSeen(store))
    expect((await handler.decide(tokenEvent({ version: '3', request: {} }))).trace).toEqual(entry('no-sub'))
    expect(store.recorded).toEqual([])
    const before = Date.now()
    await handler.decide(tokenEvent())
    expect(store.recorded[0]?.at.getTime()).toBeGreaterThanOrEqual(before)
  })

  it.each<readonly [string, LastSeenStore['record']]>([
    ['fails', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise<boolean>(() => undefined)],
  ])('refuses no user while the store %s', async (_, record) => {
    for (const { kind, trace } of [
      await preTokenGeneration({ deadlineMs: 150 }, lastSeen({ record })).decide(tokenEvent()),
      await postAuthentication({ deadlineMs: 150 }, lastSeen({ record })).decide(postAuthenticationEvent()),
    ]) {
      expect(kind).toBe('proceed')
      expect(trace).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'last-seen', outcome: 'error' })]))
    }
  })

  it('declares the permissions of its store', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'SEEN_TABLE' }]
    expect(lastSeen({ ...createStore(), permissions }).children).toMatchObject([{ can: [], permissions }])
    expect(lastSeen(createStore()).children?.[0]).not.toHaveProperty('permissions')
  })

  it.each([0, -1, Number.NaN, 8761])('throws if periodHours is %d', (periodHours) => {
    expect(() => lastSeen(createStore(), { periodHours })).toThrow(RangeError)
    expect(() => lastSeen(createStore(), { periodHours })).toThrow(`periodHours is ${periodHours}; expected a number of hours`)
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no store', [], 'the store is undefined; expected an object with a method record'],
    ['a misspelt option', [createStore(), { periodHour: 1 }], "unknown option 'periodHour'"],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(lastSeen, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
