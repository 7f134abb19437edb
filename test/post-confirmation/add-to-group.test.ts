import { describe, expect, it } from 'vitest'
import { addToGroup, type GroupMember, type UserGroups } from '../../src/post-confirmation/add-to-group.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { once } from '../../src/shared/rules/once.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import { memoryLedger } from '../../src/testing/memory-ledger.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'

const { userPoolId, userName, sub } = ann

/** Groups in memory that collect the new members. */
function createGroups(): UserGroups & { readonly added: { readonly member: GroupMember; readonly group: string }[] } {
  const added: { readonly member: GroupMember; readonly group: string }[] = []
  return {
    added,
    add: async (member, group) => {
      added.push({ member, group })
    },
  }
}

const runForTrace = async (rule: Rule<PostConfirmation>, event = postConfirmationEvent()) => {
  const decision = await postConfirmation({ deadlineMs: 100 }, rule).decide(event)
  expect(decision.kind).toBe('proceed')
  return decision.trace[0]
}

describe('addToGroup', () => {
  it('adds a user whose sign-up was confirmed to the group', async () => {
    const groups = createGroups()

    expect(await runForTrace(addToGroup('members', groups))).toMatchObject({ rule: 'add-to-group', outcome: 'done' })

    expect(groups.added).toEqual([{ member: { userPoolId, userName }, group: 'members' }])
  })

  it('adds a user to the group that a function returns, and skips a user without a group', async () => {
    const groups = createGroups()
    const rule = addToGroup(({ user }) => (user.email?.endsWith('@example.com') ? 'staff' : undefined), groups, { reads: ['email'] })

    expect(await runForTrace(rule)).toMatchObject({ outcome: 'done' })
    expect(await runForTrace(rule, postConfirmationEvent({ sub, email: 'eve@elsewhere.example' }))).toMatchObject({
      outcome: 'skip',
      reason: 'no-group',
    })

    expect(groups.added).toMatchObject([{ group: 'staff' }])
  })

  it.each([
    ['a password reset', passwordResetEvent()],
    ['an unknown source', postConfirmationEvent(undefined, { triggerSource: 'PostConfirmation_Telepathy' })],
  ])('skips %s', async (_, event) => {
    const groups = createGroups()
    expect(await runForTrace(addToGroup('members', groups), event)).toMatchObject({ outcome: 'skip', reason: 'not-a-sign-up' })
    expect(groups.added).toEqual([])
  })

  it.each([
    ['fails', () => Promise.reject(new Error('down')), 'Error'],
    ['does not answer', () => new Promise<void>(() => undefined), 'deadline-exceeded'],
  ])('lets the confirmation proceed if the service %s', async (_, add, reason) => {
    expect(await runForTrace(addToGroup('members', { add }))).toMatchObject({ outcome: 'error', reason })
  })

  it('runs inside once, which retries it after an error', async () => {
    let failures = 1
    const groups = createGroups()
    const add: UserGroups['add'] = async (...args) => {
      failures -= 1
      if (failures >= 0) throw new Error('throttled')
      await groups.add(...args)
    }
    const ledger = memoryLedger()
    const rule = once(ledger, addToGroup('members', { add }), { delivery: 'at-least-once' })

    expect(await runForTrace(rule)).toMatchObject({ outcome: 'error' })
    expect(ledger.rows).toMatchObject([{ effect: 'add-to-group', state: 'pending' }])
    expect(groups.added).toEqual([])
  })

  it('fails if the function returns an invalid name, without the name in the error', async () => {
    const groups = createGroups()
    const rule = addToGroup(() => 'mary smith', groups, { reads: [] })
    const message = "addToGroup(): the group is not a valid name; expected 1 to 128 characters without spaces, such as 'members'"
    expect(await runForTrace(rule)).toMatchObject({ outcome: 'error', error: { message } })
    expect(groups.added).toEqual([])
  })

  it('declares its permissions, and the attributes that it reads', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'user-pool' }]
    expect(addToGroup('members', { ...createGroups(), permissions })).toMatchObject({ can: ['done'], permissions, reads: [] })
    expect(addToGroup(() => 'a', createGroups(), { reads: ['email'] })).toMatchObject({ reads: ['email'] })
    expect(addToGroup('members', createGroups())).not.toHaveProperty('permissions')
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no group', [undefined, createGroups()], 'the group is undefined; expected 1 to 128 characters'],
    ['an empty name', ['', createGroups()], 'the group is not a valid name'],
    ['a name with a space', ['all members', createGroups()], 'the group is not a valid name'],
    ['a list', [['members'], createGroups()], 'the group is an array'],
    ['no adapter', ['members'], 'the second argument is undefined; expected an object with a method add'],
    ['a function without reads', [() => 'a', createGroups()], 'a function needs the option reads: reads must be a list'],
    ['a misspelt option', ['members', createGroups(), { read: [] }], "unknown option 'read'"],
    ['wrong reads', ['members', createGroups(), { reads: 'email' }], 'reads must be a list'],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(addToGroup, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
