import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { type SyncProfileOptions, syncProfile } from '../../src/post-confirmation/sync-profile.ts'
import { type PostConfirmation, postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { dynamoProfiles, profileKey } from '../../src/shared/profiles/dynamo-profiles.ts'
import type { ProfileStore, ProfileUser } from '../../src/shared/profiles/profiles.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { ann, passwordResetEvent, postConfirmationEvent } from '../support/events.ts'

const noon = '2026-05-01T12:00:00.000Z'
const later = '2026-05-01T12:00:05.000Z'
type Part = 'confirmed' | 'passwordReset' | 'refreshed'

/** Keeps what it is told. */
function memory(): ProfileStore<Part> & { readonly told: { readonly part: Part; readonly user: ProfileUser; readonly at: Date }[] } {
  const told: { readonly part: Part; readonly user: ProfileUser; readonly at: Date }[] = []
  const keep = (part: Part) => async (user: ProfileUser, at: Date) => {
    told.push({ part, user, at })
  }
  return { told, confirmed: keep('confirmed'), passwordReset: keep('passwordReset'), refreshed: keep('refreshed') }
}

const runForTrace = async (profiles: ProfileStore<Part>, event: PostConfirmation['event'], options: SyncProfileOptions = {}) => {
  const decision = await postConfirmation(syncProfile(profiles, options)).decide(event)
  expect(decision.kind).toBe('proceed')
  return decision.trace[0]
}

describe('syncProfile', () => {
  it('keeps a confirmed user', async () => {
    const profiles = memory()
    expect(await runForTrace(profiles, postConfirmationEvent(), { now: () => new Date(noon) })).toMatchObject({ outcome: 'done' })
    const { userPoolId, sub, userName, email } = ann
    expect(profiles.told).toEqual([
      { part: 'confirmed', user: { userPoolId, sub, userName, attributes: { email, email_verified: 'true' } }, at: new Date(noon) },
    ])
  })

  it('tells a password reset from a confirmation', async () => {
    const profiles = memory()
    await runForTrace(profiles, passwordResetEvent())
    expect(profiles.told).toMatchObject([{ part: 'passwordReset' }])
  })

  it('takes no source that it does not know for a confirmation', async () => {
    const profiles = memory()
    await runForTrace(profiles, { ...postConfirmationEvent(), triggerSource: 'PostConfirmation_Other' })
    expect(profiles.told).toMatchObject([{ part: 'refreshed' }])
  })

  it('keeps the attributes that it is told to, at the time of the process', async () => {
    const profiles = memory()
    const before = Date.now()
    await runForTrace(profiles, postConfirmationEvent(), { attributes: ['cognito:user_status'] })
    expect(profiles.told).toMatchObject([{ user: { attributes: { 'cognito:user_status': 'CONFIRMED' } } }])
    expect(profiles.told[0]?.at.getTime()).toBeGreaterThanOrEqual(before)
  })

  it('skips an event that names no user', async () => {
    const profiles = memory()
    expect(await runForTrace(profiles, postConfirmationEvent({ email: ann.email }))).toMatchObject({ outcome: 'skip', reason: 'no-sub' })
    expect(profiles.told).toEqual([])
  })

  it('undoes nothing when the store fails: the user is confirmed already', async () => {
    const fail = () => Promise.reject(new Error('no table'))
    expect(await runForTrace({ confirmed: fail, passwordReset: fail, refreshed: fail }, postConfirmationEvent())).toMatchObject({
      outcome: 'error',
    })
  })

  it('hands on what its store needs of a deployment', () => {
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
        const Key = { pk: profileKey({ userPoolId, sub: ann.sub }) }
        const { Item } = await engine.documents().send(new GetCommand({ TableName: engine.tables.profiles, Key, ConsistentRead: true }))
        return Item
      },
    }
  }

  it('leaves one profile after a repeated event, made and confirmed when it came first', async () => {
    const { deliver, profile } = pool()
    await deliver(noon, postConfirmationEvent())
    await deliver(later, postConfirmationEvent())
    expect(await profile()).toMatchObject({ sub: ann.sub, createdAt: noon, confirmedAt: noon, updatedAt: later })
  })

  it('leaves one profile after events that come at once', async () => {
    const { deliver, profile } = pool()
    await Promise.all([deliver(noon, postConfirmationEvent()), deliver(noon, postConfirmationEvent())])
    expect(await profile()).toMatchObject({ createdAt: noon, confirmedAt: noon })
  })

  it('brings the profile up to date at a password reset, which confirms nothing', async () => {
    const { deliver, profile } = pool()
    await deliver(noon, postConfirmationEvent())
    await deliver(later, passwordResetEvent({ sub: ann.sub, email: 'anna@example.com' }))
    expect(await profile()).toMatchObject({ confirmedAt: noon, passwordResetAt: later, attributes: { email: 'anna@example.com' } })
  })

  it('makes the profile at the password reset of a user who has none', async () => {
    const { deliver, profile } = pool()
    await deliver(noon, passwordResetEvent())
    expect(await profile()).toMatchObject({ createdAt: noon, passwordResetAt: noon })
    expect(await profile()).not.toHaveProperty('confirmedAt')
  })
})
