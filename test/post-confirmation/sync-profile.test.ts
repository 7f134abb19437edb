import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { type SyncProfileOptions, syncProfile } from '../../src/post-confirmation/sync-profile.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { dynamoProfiles } from '../../src/shared/profiles/dynamo-profiles.ts'
import { profileKey } from '../../src/shared/profiles/profile-key.ts'
import type { ProfileStore, ProfileUser } from '../../src/shared/profiles/profiles.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'

const noon = '2026-05-01T12:00:00.000Z'
const later = '2026-05-01T12:00:05.000Z'
type Part = 'confirmed' | 'passwordReset' | 'refreshed'

/** A profile store that collects its calls. */
function memory(): ProfileStore<Part> & { readonly calls: { readonly part: Part; readonly user: ProfileUser; readonly at: Date }[] } {
  const calls: { readonly part: Part; readonly user: ProfileUser; readonly at: Date }[] = []
  const keep = (part: Part) => async (user: ProfileUser, at: Date) => {
    calls.push({ part, user, at })
  }
  return { calls, confirmed: keep('confirmed'), passwordReset: keep('passwordReset'), refreshed: keep('refreshed') }
}

const runForTrace = async (profiles: ProfileStore<Part>, event: PostConfirmation['event'], options: SyncProfileOptions = {}) => {
  const decision = await postConfirmation(syncProfile(profiles, options)).decide(event)
  expect(decision.kind).toBe('proceed')
  return decision.trace[0]
}

describe('syncProfile', () => {
  it('stores the profile of a confirmed user', async () => {
    const profiles = memory()
    expect(await runForTrace(profiles, postConfirmationEvent(), { now: () => new Date(noon) })).toMatchObject({ outcome: 'done' })
    const { userPoolId, sub, userName, email } = ann
    expect(profiles.calls).toEqual([
      { part: 'confirmed', user: { userPoolId, sub, userName, attributes: { email, email_verified: 'true' } }, at: new Date(noon) },
    ])
  })

  it('distinguishes a password reset from a confirmation', async () => {
    const profiles = memory()
    await runForTrace(profiles, passwordResetEvent())
    expect(profiles.calls).toMatchObject([{ part: 'passwordReset' }])
  })

  it('only updates the user data for an unknown trigger source', async () => {
    const profiles = memory()
    await runForTrace(profiles, { ...postConfirmationEvent(), triggerSource: 'PostConfirmation_Other' })
    expect(profiles.calls).toMatchObject([{ part: 'refreshed' }])
  })

  it('stores the attributes that the store declares, and uses the process clock by default', async () => {
    const profiles = { ...memory(), attributes: ['cognito:user_status'] }
    const before = Date.now()
    await runForTrace(profiles, postConfirmationEvent())
    expect(profiles.calls).toMatchObject([{ user: { attributes: { 'cognito:user_status': 'CONFIRMED' } } }])
    expect(profiles.calls[0]?.at.getTime()).toBeGreaterThanOrEqual(before)
  })

  it('skips an event without a sub', async () => {
    const profiles = memory()
    expect(await runForTrace(profiles, postConfirmationEvent({ email: ann.email }))).toMatchObject({ outcome: 'skip', reason: 'no-sub' })
    expect(profiles.calls).toEqual([])
  })

  it('lets the confirmation proceed if the store fails', async () => {
    const fail = () => Promise.reject(new Error('no table'))
    expect(await runForTrace({ confirmed: fail, passwordReset: fail, refreshed: fail }, postConfirmationEvent())).toMatchObject({
      outcome: 'error',
    })
  })

  it('throws for the option attributes, which belongs to the store', () => {
    const options: object = { attributes: ['email'] }
    expect(() => syncProfile(memory(), options)).toThrow("syncProfile(): unknown option 'attributes'; expected some of { now }")
  })

  it('declares the IAM permissions of its store', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'Z' }]
    expect(syncProfile({ ...memory(), permissions })).toMatchObject({ name: 'sync-profile', can: ['done'], permissions })
    expect(syncProfile(memory())).not.toHaveProperty('permissions')
  })
})

onEveryDynamoDb((engine) => {
  let pools = 0
  function pool() {
    const userPoolId = `eu-west-1_Pool${++pools}`
    const profiles = dynamoProfiles({ documents: () => engine.documents(), table: engine.tables.profiles })
    return {
      deliver: (at: string, event: PostConfirmation['event']) =>
        runForTrace(profiles, { ...event, userPoolId }, { now: () => new Date(at) }),
      async profile() {
        const Key = profileKey({ userPoolId, sub: ann.sub })
        const { Item } = await engine.documents().send(new GetCommand({ TableName: engine.tables.profiles, Key, ConsistentRead: true }))
        return Item
      },
    }
  }

  it('keeps the creation and confirmation time of the first event when it is repeated', async () => {
    const { deliver, profile } = pool()
    await deliver(noon, postConfirmationEvent())
    await deliver(later, postConfirmationEvent())
    expect(await profile()).toMatchObject({ sub: ann.sub, createdAt: noon, confirmedAt: noon, updatedAt: later })
  })

  it('stores one profile for concurrent events', async () => {
    const { deliver, profile } = pool()
    await Promise.all([deliver(noon, postConfirmationEvent()), deliver(noon, postConfirmationEvent())])
    expect(await profile()).toMatchObject({ createdAt: noon, confirmedAt: noon })
  })

  it('updates the profile at a password reset without changing the confirmation time', async () => {
    const { deliver, profile } = pool()
    await deliver(noon, postConfirmationEvent())
    await deliver(later, passwordResetEvent({ sub: ann.sub, email: 'anna@example.com' }))
    expect(await profile()).toMatchObject({ confirmedAt: noon, passwordResetAt: later, attributes: { email: 'anna@example.com' } })
  })

  it('creates a missing profile at a password reset', async () => {
    const { deliver, profile } = pool()
    await deliver(noon, passwordResetEvent())
    expect(await profile()).toMatchObject({ createdAt: noon, passwordResetAt: noon })
    expect(await profile()).not.toHaveProperty('confirmedAt')
  })
})
