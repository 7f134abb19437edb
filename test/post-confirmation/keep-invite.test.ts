import { describe, expect, it } from 'vitest'
import { keepInvite } from '../../src/post-confirmation/keep-invite.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { memoryInvites } from '../../src/testing/memory-invites.ts'
import { passwordResetEvent, postConfirmationEvent } from '../support/events.ts'

const { signal } = new AbortController()
const key = { type: 'code', value: 'friends' } as const
const { userPoolId, userName } = postConfirmationEvent()
const user = { userPoolId, userName }

/** Creates a store in which the user of the events has a reservation. */
async function createReserved() {
  let now = Date.parse('2026-05-01T12:00:00Z')
  const invites = memoryInvites({ invites: [key], now: () => new Date(now) })
  await invites.reserve(key, user, signal)
  const pass = (seconds: number): void => {
    now += seconds * 1000
  }
  const decide = (event = postConfirmationEvent()) => postConfirmation({ write: () => undefined }, keepInvite(invites)).decide(event)
  return { invites, pass, decide }
}

describe('keepInvite', () => {
  it('makes the reservation final, also if the event is repeated', async () => {
    const { invites, pass, decide } = await createReserved()
    for (let time = 0; time < 2; time += 1) expect((await decide()).trace).toMatchObject([{ rule: 'keep-invite', outcome: 'done' }])
    pass(7200)
    expect(await invites.find(key, { ...user, userName: 'bob' }, signal)).toBe('used')
  })

  it('skips a password reset, and a user who signed up without an invitation', async () => {
    const { invites, pass, decide } = await createReserved()
    expect((await decide(passwordResetEvent())).trace).toMatchObject([{ outcome: 'skip', reason: 'not-a-sign-up' }])
    expect((await decide(postConfirmationEvent(undefined, { userName: 'eve' }))).trace).toMatchObject([{ reason: 'no-invite-reserved' }])
    pass(3600)
    expect(await invites.find(key, { ...user, userName: 'bob' }, signal)).toBe('usable')
  })

  it('reports that another user has used the invitation, if the user confirmed too late', async () => {
    const { invites, pass, decide } = await createReserved()
    pass(3600)
    await invites.reserve(key, { ...user, userName: 'bob' }, signal)
    expect((await decide()).trace).toMatchObject([{ outcome: 'skip', reason: 'invite-gone' }])
  })

  it('has an error if the store is down, and the confirmation stands', async () => {
    const { invites, decide } = await createReserved()
    invites.failWith(new Error('down'), 'keep')
    expect(await decide()).toMatchObject({ kind: 'proceed', trace: [{ rule: 'keep-invite', outcome: 'error' }] })
  })

  it('declares its permissions and that it reads no attribute, and throws without a store', () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'INVITE_TABLE' }]
    expect(keepInvite({ ...memoryInvites(), permissions })).toMatchObject({ can: ['done'], reads: [], permissions })
    expect(() => Reflect.apply(keepInvite, undefined, [{}])).toThrow(
      'keepInvite(): the store is an object; expected an object with a method keep',
    )
  })
})
