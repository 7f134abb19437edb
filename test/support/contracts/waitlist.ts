import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Waitlist, WaitlistEntry, WaitlistKey, WaitlistWriter } from '../../../src/shared/waitlist/waitlist.ts'
import { collect } from './invites.ts'

const { signal } = new AbortController()
const noon = new Date('2026-05-01T12:00:00Z')
const later = new Date('2026-05-01T13:00:00Z')

/** Defines the tests that every waiting list passes. `create` returns a list whose clock is the function `now`. */
export function describeWaitlist(create: (now: () => Date) => Waitlist & WaitlistWriter): void {
  const newKey = (): WaitlistKey => ({ userPoolId: 'eu-west-1_Example', email: `Mary.${randomUUID()}@Example.com` })
  const find = async (list: WaitlistWriter, { email }: WaitlistKey): Promise<readonly WaitlistEntry[]> =>
    (await collect(list.list())).filter((each) => each.email.toLowerCase() === email.toLowerCase())

  it('records an address once, with the time of the first call, whatever its case', async () => {
    let now = noon
    const list = create(() => now)
    const key = newKey()
    expect(await list.record(key, signal)).toBe('waiting')
    now = later
    expect(await list.record({ ...key, email: key.email.toLowerCase() }, signal)).toBe('waiting')
    expect(await find(list, key)).toEqual([{ ...key, joinedAt: noon }])
  })

  it('records an address once, although many calls arrive at the same time', async () => {
    const list = create(() => noon)
    const key = newKey()
    const states = await Promise.all(Array.from({ length: 50 }, () => list.record(key, signal)))
    expect(new Set(states)).toEqual(new Set(['waiting']))
    expect(await find(list, key)).toHaveLength(1)
  })

  it('admits an address that waits, in one user pool', async () => {
    let now = noon
    const list = create(() => now)
    const key = newKey()
    await list.record(key, signal)
    now = later
    await list.admit({ ...key, email: key.email.toUpperCase() })
    expect(await list.record(key, signal)).toBe('admitted')
    expect(await find(list, key)).toEqual([{ ...key, joinedAt: noon, admittedAt: later }])
    expect(await list.record({ ...key, userPoolId: 'eu-west-1_Other' }, signal)).toBe('waiting')
  })

  it('admits an address before it joins, and keeps the first time', async () => {
    let now = noon
    const list = create(() => now)
    const key = newKey()
    await list.admit(key)
    now = later
    await list.admit(key)
    expect(await find(list, key)).toEqual([{ ...key, admittedAt: noon }])
    expect(await list.record(key, signal)).toBe('admitted')
  })

  it('removes an address, with its admission', async () => {
    const list = create(() => noon)
    const key = newKey()
    await list.admit(key)
    await list.remove(key)
    expect(await find(list, key)).toEqual([])
    expect(await list.record(key, signal)).toBe('waiting')
  })

  it('rejects an invalid address without showing it', async () => {
    const list = create(() => noon)
    const key = { ...newKey(), email: 'mary@invalid' }
    await expect(list.admit(key)).rejects.toThrow('The email address of the waiting list is invalid')
    await expect(list.record(key, signal)).rejects.toThrow(/^(?!.*mary)/)
  })
}
