import { expect, it } from 'vitest'
import type { CanonicalEmails, EmailClaim } from '../../../src/shared/canonical/canonical-emails.ts'
import { runs } from '../runs.ts'

const { signal } = new AbortController()
let pools = 0

/** Creates a claim of a user for an address, in a pool. */
export function createClaim(userPoolId: string, userName: string, email: string): EmailClaim {
  const [local = '', domain = ''] = email.split('@')
  return { userPoolId, userName, address: { local, domain } }
}

/** Returns a new pool for each test, because the tests share a table. */
export const newPool = (): string => `eu-west-1_Canonical${++pools}`

/** Defines the tests that every adapter must pass. `create` returns an adapter whose clock is the function `now`. */
export function describeCanonicalEmails(create: (now?: () => Date) => CanonicalEmails): void {
  const at = (seconds: number) => () => new Date(seconds * 1000)

  it('reserves a mailbox for the first user, in all spellings of its address', async () => {
    const emails = create()
    const pool = newPool()

    expect(await emails.reserve(createClaim(pool, 'ann', 'a.nn@gmail.com'), signal)).toBe(true)
    expect(await emails.reserve(createClaim(pool, 'eve', 'ann+x@googlemail.com'), signal)).toBe(false)
    expect(await emails.reserve(createClaim(pool, 'bob', 'bob@gmail.com'), signal)).toBe(true)
    expect(await emails.reserve(createClaim(newPool(), 'eve', 'ann@gmail.com'), signal)).toBe(true)
  })

  it('reserves a mailbox again for the same user, so that a repeated event passes', async () => {
    const emails = create()
    const claim = createClaim(newPool(), 'ann', 'ann@gmail.com')

    expect(await emails.reserve(claim, signal)).toBe(true)
    expect(await emails.reserve(claim, signal)).toBe('renewed')
  })

  it('admits exactly one of many parallel users', async () => {
    const emails = create()
    const pool = newPool()
    const claims = Array.from({ length: runs(50) }, (_, n) => createClaim(pool, `user-${n}`, `a.n.n+${n}@gmail.com`))

    const admitted = await Promise.all(claims.map((claim) => emails.reserve(claim, signal)))

    expect(admitted.filter(Boolean)).toHaveLength(1)
  })

  it('ends a reservation after an hour', async () => {
    const pool = newPool()
    await create(at(1000)).reserve(createClaim(pool, 'ann', 'ann@gmail.com'), signal)

    expect(await create(at(4599)).reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)).toBe(false)
    expect(await create(at(4600)).reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)).toBe(true)
  })

  it('keeps a reserved or a free mailbox for good', async () => {
    const pool = newPool()
    const ann = createClaim(pool, 'ann', 'ann@gmail.com')
    const bob = createClaim(pool, 'bob', 'bob@gmail.com')
    await create(at(1000)).reserve(ann, signal)

    expect(await create(at(1000)).keep(ann, signal)).toBe(true)
    expect(await create(at(1000)).keep(bob, signal)).toBe(true)
    expect(await create(at(1000)).keep(ann, signal)).toBe(true)

    const later = create(at(1_000_000))
    for (const email of ['ann@gmail.com', 'bob@gmail.com']) {
      expect(await later.reserve(createClaim(pool, 'eve', email), signal)).toBe(false)
      expect(await later.keep(createClaim(pool, 'eve', email), signal)).toBe(false)
    }
  })

  it('does not turn a kept mailbox into a reservation', async () => {
    const pool = newPool()
    const ann = createClaim(pool, 'ann', 'ann@gmail.com')
    await create(at(1000)).keep(ann, signal)

    expect(await create(at(1000)).reserve(ann, signal)).toBe(false)
    expect(await create(at(1_000_000)).reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)).toBe(false)
  })

  it('does not keep a mailbox that another user has reserved, until the reservation ends', async () => {
    const pool = newPool()
    await create(at(1000)).reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)

    expect(await create(at(1000)).keep(createClaim(pool, 'ann', 'ann@gmail.com'), signal)).toBe(false)
    expect(await create(at(4600)).keep(createClaim(pool, 'ann', 'ann@gmail.com'), signal)).toBe(true)
  })

  it('releases nothing that another invocation has renewed', async () => {
    const emails = create()
    const pool = newPool()
    const ann = createClaim(pool, 'ann', 'ann@gmail.com')
    const [first, repeated] = [{}, {}]
    await emails.reserve(ann, signal, first)

    expect(await emails.reserve(ann, signal, repeated)).toBe('renewed')
    for (const attempt of [first, repeated]) await emails.release(ann, signal, attempt)

    expect(await emails.reserve(createClaim(pool, 'eve', 'ann@gmail.com'), signal)).toBe(false)
  })

  it('releases only the own reservation', async () => {
    const emails = create()
    const pool = newPool()
    const ann = createClaim(pool, 'ann', 'ann@gmail.com')
    const eve = createClaim(pool, 'eve', 'ann@gmail.com')
    await emails.release(ann, signal)
    await emails.reserve(ann, signal)

    await emails.release(eve, signal)
    expect(await emails.reserve(eve, signal)).toBe(false)
    await emails.release(ann, signal)
    expect(await emails.reserve(eve, signal)).toBe(true)
    await emails.keep(eve, signal)
    await emails.release(eve, signal)
    expect(await emails.reserve(ann, signal)).toBe(false)
  })
}
