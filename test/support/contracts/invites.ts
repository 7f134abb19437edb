import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { InviteKey, Invites, InviteWriter, ListedInvite } from '../../../src/shared/invites/invites.ts'

const { signal } = new AbortController()
const POOL = 'eu-west-1_Example'
const START = Date.parse('2026-05-01T12:00:00Z')
const createUser = (userName: string) => ({ userPoolId: POOL, userName })
const [ann, bob, eve] = [createUser('ann'), createUser('bob'), createUser('eve')]

/** Collects the values of a list. */
export async function collect<V>(values: AsyncIterable<V>): Promise<readonly V[]> {
  const collected: V[] = []
  for await (const value of values) collected.push(value)
  return collected
}

/** Defines the tests that every store of invitations passes. `create` returns a store whose clock is the function `now`. */
export function describeInvites(create: (now: () => Date) => Invites & InviteWriter): void {
  /** Opens a store whose clock the test can move. */
  const open = () => {
    let now = START
    const invites = create(() => new Date(now))
    const pass = (seconds: number): void => {
      now += seconds * 1000
    }
    const list = async (key: InviteKey): Promise<readonly ListedInvite[]> => {
      const email = key.type === 'email' ? key.value : undefined
      return (await collect(invites.list())).filter((each) => each.email === email)
    }
    return { invites, list, pass }
  }
  const newCode = (): InviteKey => ({ type: 'code', value: randomUUID() })
  const newEmail = (): InviteKey => ({ type: 'email', value: `Mary.${randomUUID()}@Example.com` })

  it.each([newCode, newEmail])('finds an invitation, whatever the case of its text (%#)', async (newKey) => {
    const { invites } = open()
    const key = newKey()
    expect(await invites.find(key, ann, signal)).toBe('unknown')
    expect(await invites.create(key)).toBe(true)
    expect(await invites.find({ ...key, value: key.value.toLowerCase() }, ann, signal)).toBe('usable')
    expect(await invites.find({ ...key, value: `${key.value}x` }, ann, signal)).toBe('unknown')
    expect(await invites.find({ ...key, value: '' }, ann, signal)).toBe('unknown')
    expect(await invites.reserve({ ...key, value: '' }, ann, signal)).toBe(false)
    await invites.release({ ...key, value: '' }, ann, signal)
  })

  it('keeps a use that is free again, after another user took it over and did not confirm', async () => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create(key)
    for (const user of [ann, bob]) {
      await invites.reserve(key, user, signal)
      pass(3601)
    }

    expect(await invites.keep(ann, signal)).toBe('kept')

    expect(await invites.find(key, eve, signal)).toBe('used')
    expect(await invites.keep(bob, signal)).toBe('gone')
    expect(await invites.keep(ann, signal)).toBe('kept')
  })

  it('reserves one use for one user, however often that user repeats it', async () => {
    const { invites } = open()
    const key = newCode()
    await invites.create(key)

    expect(await invites.reserve(key, ann, signal)).toBe(true)
    for (let time = 0; time < 2; time += 1) expect(await invites.reserve(key, ann, signal)).toBe('renewed')

    expect(await invites.find(key, ann, signal)).toBe('usable')
    expect(await invites.find(key, bob, signal)).toBe('used')
    expect(await invites.find(key, { ...ann, userPoolId: 'eu-west-1_Other' }, signal)).toBe('used')
    expect(await invites.reserve(key, bob, signal)).toBe(false)
  })

  it('frees a released use, and one whose reservation expired after an hour', async () => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create(key)

    await invites.reserve(key, ann, signal)
    await invites.release(key, ann, signal)
    expect(await invites.reserve(key, bob, signal)).toBe(true)
    pass(3599)
    expect(await invites.reserve(key, ann, signal)).toBe(false)
    pass(1)
    expect(await invites.find(key, ann, signal)).toBe('usable')
    expect(await invites.reserve(key, ann, signal)).toBe(true)
    expect(await invites.keep(bob, signal)).toBe('gone')
    expect(await invites.keep(ann, signal)).toBe('kept')
  })

  it('makes a use final, so that it neither expires nor is released, and serves no second user of the same name', async () => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create(key)
    await invites.reserve(key, ann, signal)

    expect(await invites.keep(ann, signal)).toBe('kept')
    expect(await invites.keep(ann, signal)).toBe('kept')

    await invites.release(key, ann, signal)
    pass(24 * 3600)
    expect(await invites.reserve(key, bob, signal)).toBe(false)
    expect(await invites.find(key, ann, signal)).toBe('used')
    expect(await invites.reserve(key, ann, signal)).toBe(false)
  })

  it('keeps a use whose reservation expired, if no other user has taken it', async () => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create(key)
    await invites.reserve(key, ann, signal)
    pass(2 * 3600)
    expect(await invites.keep(ann, signal)).toBe('kept')
    expect(await invites.reserve(key, bob, signal)).toBe(false)
  })

  it('releases only what the same invocation has reserved, and nothing that another one has renewed', async () => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create(key)
    const [first, repeated] = [{}, {}]

    await invites.reserve(key, ann, signal, first)
    await invites.release(key, ann, signal, repeated)
    expect(await invites.find(key, bob, signal)).toBe('used')
    expect(await invites.reserve(key, ann, signal, repeated)).toBe('renewed')
    for (const attempt of [first, repeated]) await invites.release(key, ann, signal, attempt)
    expect(await invites.find(key, bob, signal)).toBe('used')

    pass(3600)
    expect(await invites.reserve(key, bob, signal, first)).toBe(true)
    await invites.release(key, bob, signal, first)
    expect(await invites.find(key, eve, signal)).toBe('usable')
  })

  it('keeps nothing for a user without a reservation', async () => {
    const { invites } = open()
    expect(await invites.keep(createUser(randomUUID()), signal)).toBe('none')
  })

  it('reserves as many uses as the invitation has, and replaces only expired ones', async () => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create({ ...key, uses: 2 })

    expect(await invites.reserve(key, ann, signal)).toBe(true)
    expect(await invites.reserve(key, bob, signal)).toBe(true)
    expect(await invites.reserve(key, eve, signal)).toBe(false)
    await invites.keep(ann, signal)
    pass(3600)
    expect(await invites.reserve(key, eve, signal)).toBe(true)
    expect(await invites.reserve(key, bob, signal)).toBe(false)
  })

  it.each([1, 10])('serves %i of 50 parallel users, also after all reservations have expired', async (uses) => {
    const { invites, pass } = open()
    const key = newCode()
    await invites.create({ ...key, uses })
    const reserveAll = async (round: string): Promise<number> => {
      const names = Array.from({ length: 50 }, (_, each) => createUser(`user-${round}-${each}`))
      const reserved = await Promise.all(names.map((user) => invites.reserve(key, user, signal)))
      return reserved.filter(Boolean).length
    }

    expect(await reserveAll('first')).toBe(uses)
    expect(await reserveAll('second')).toBe(0)
    pass(3600)
    expect(await reserveAll('third')).toBe(uses)
  })

  it('does not accept an expired invitation, and can create it again', async () => {
    const { invites, pass } = open()
    const key = newEmail()
    const until = new Date(START + 60_000)
    expect(await invites.create({ ...key, until })).toBe(true)
    expect(await invites.create(key)).toBe(false)
    pass(59)
    expect(await invites.reserve(key, ann, signal)).toBe(true)
    pass(1)
    expect(await invites.find(key, ann, signal)).toBe('expired')
    expect(await invites.reserve(key, ann, signal)).toBe(false)
    expect(await invites.reserve(key, bob, signal)).toBe(false)
    expect(await invites.create(key)).toBe(true)
    expect(await invites.reserve(key, bob, signal)).toBe(true)
  })

  it('lists and revokes an invitation', async () => {
    const { invites, list } = open()
    const key = newEmail()
    const until = new Date(START + 3600_000)
    await invites.create({ ...key, uses: 3, until })
    await invites.reserve(key, ann, signal)

    const [listed] = await list(key)
    expect(listed).toEqual({
      id: expect.stringMatching(/^email#[\w-]{43}$/),
      type: 'email',
      email: key.value,
      uses: 3,
      used: 1,
      reserved: 1,
      until,
    })

    expect(await invites.revoke({ id: listed?.id ?? '' })).toBe(true)
    expect(await invites.revoke(key)).toBe(false)
    expect(await invites.revoke({ type: 'email', value: 'no address' })).toBe(false)
    expect(await invites.find(key, ann, signal)).toBe('unknown')
    expect(await invites.keep(ann, signal)).toBe('gone')
    expect(await list(key)).toEqual([])
  })

  it('lists a code without its text', async () => {
    const { invites } = open()
    const key = newCode()
    await invites.create(key)
    const listed = await collect(invites.list())
    expect(listed).toContainEqual({ id: expect.stringMatching(/^code#[\w-]{43}$/), type: 'code', uses: 1, used: 0, reserved: 0 })
    expect(JSON.stringify(listed).toLowerCase()).not.toContain(key.value.slice(0, 8))
  })

  it.each([
    [{ type: 'code', value: ' - ' }, 'A code has 1 to 100 characters'],
    [{ type: 'code', value: 'x'.repeat(101) }, 'A code has 1 to 100 characters'],
    [{ type: 'email', value: 'ann' }, 'An invitation by email needs a valid address'],
    [{ type: 'code', value: 'x', uses: 0 }, 'The uses are 0; expected an integer from 1 to 500'],
    [{ type: 'code', value: 'x', uses: 501 }, 'The uses are 501; expected an integer from 1 to 500'],
    [{ type: 'code', value: 'x', until: new Date(Number.NaN) }, 'until is an invalid Date'],
  ] as const)('rejects the invitation %j', async (invite, message) => {
    await expect(open().invites.create(invite)).rejects.toThrow(message)
  })
}
