import { expect, it } from 'vitest'
import type { Profiles, ProfileUser, SignIn } from '../../../src/shared/profiles/profiles.ts'

/** A store of profiles under test. */
export interface ProfilesUnderTest {
  readonly profiles: Profiles
  /** Returns the stored profile with the fields of a row, or undefined. */
  readonly stored: (user: ProfileUser) => Promise<Readonly<Record<string, unknown>> | undefined>
}

const { signal } = new AbortController()
let users = 0
/** Creates a new user for each test, because the tests share the table. */
export const newUser = (attributes: Record<string, string> = { email: 'ann@example.com' }): ProfileUser => ({
  userPoolId: 'eu-west-1_Example',
  sub: `sub-${++users}`,
  userName: 'ann',
  attributes,
})

/** The time at which the tests begin. */
export const noon = '2026-05-01T12:00:00.000Z'
/** Returns a time after noon. */
export const noonPlus = (ms: number): Date => new Date(Date.parse(noon) + ms)
/** Creates a sign-in after noon. */
export const signIn = (ms: number, appClient: string | null = 'web'): SignIn => ({ at: noonPlus(ms), appClient, notAgainWithinMs: 15_000 })

/** Returns the fields of a profile that was created at noon. */
export const newProfile = (user: ProfileUser): Readonly<Record<string, unknown>> => ({
  userPoolId: 'eu-west-1_Example',
  sub: user.sub,
  userName: 'ann',
  attributes: { email: 'ann@example.com' },
  createdAt: noon,
  updatedAt: noon,
})

/** Defines the tests that every store of profiles must pass. */
export function describeProfiles({ profiles, stored }: ProfilesUnderTest): void {
  it('creates the profile of a confirmed user', async () => {
    const user = newUser()
    await profiles.confirmed(user, noonPlus(0), signal)
    expect(await stored(user)).toEqual({ ...newProfile(user), confirmedAt: noon })
  })

  it('keeps the creation and confirmation time when the event is repeated', async () => {
    const user = newUser()
    await profiles.confirmed(user, noonPlus(0), signal)
    await profiles.confirmed(user, noonPlus(5000), signal)
    expect(await stored(user)).toEqual({ ...newProfile(user), confirmedAt: noon, updatedAt: noonPlus(5000).toISOString() })
  })

  it('records a password reset, and creates a missing profile', async () => {
    const user = newUser()
    await profiles.passwordReset(user, noonPlus(0), signal)
    expect(await stored(user)).toEqual({ ...newProfile(user), passwordResetAt: noon })
    await profiles.confirmed(user, noonPlus(1000), signal)
    expect(await stored(user)).toMatchObject({ createdAt: noon, confirmedAt: noonPlus(1000).toISOString(), passwordResetAt: noon })
  })

  it('stores the user data for an event of an unknown trigger source', async () => {
    const user = newUser()
    await profiles.refreshed(user, noonPlus(0), signal)
    expect(await stored(user)).toEqual(newProfile(user))
  })

  it('records the first sign-in of a user without a profile', async () => {
    const user = newUser()
    expect(await profiles.signedIn(user, signIn(0), signal)).toEqual({ counted: true, effectsEnqueued: false })
    expect(await stored(user)).toEqual({
      ...newProfile(user),
      signInCount: 1,
      lastSignInAt: noon,
      lastCountedAt: noon,
      lastAppClient: 'web',
    })
  })

  it('creates a missing profile, and leaves an existing one unchanged', async () => {
    const user = newUser()
    expect(await profiles.has(user, signal)).toBe(false)
    expect(await profiles.create(user, noonPlus(0), signal)).toBe(true)
    expect(await profiles.has(user, signal)).toBe(true)
    expect(await profiles.create({ ...user, attributes: { email: 'anna@example.com' } }, noonPlus(1000), signal)).toBe(false)
    expect(await stored(user)).toEqual(newProfile(user))
  })

  it('creates one profile for concurrent events', async () => {
    const user = newUser()
    const created = await Promise.all([0, 1, 2, 3].map((ms) => profiles.create(user, noonPlus(ms), signal)))
    expect(created.filter(Boolean)).toHaveLength(1)
  })

  it('counts the first sign-in of a confirmed user', async () => {
    const user = newUser()
    await profiles.confirmed(user, noonPlus(0), signal)
    expect(await profiles.signedIn(user, signIn(1000), signal)).toEqual({ counted: true, effectsEnqueued: false })
    expect(await stored(user)).toMatchObject({ confirmedAt: noon, createdAt: noon, signInCount: 1 })
  })

  it('does not count a repeated sign-in, but stores the changed attributes', async () => {
    const user = newUser()
    await profiles.signedIn(user, signIn(0), signal)
    const renamed = { ...user, userName: 'anna', attributes: { email: 'anna@example.com' } }
    expect(await profiles.signedIn(renamed, signIn(14_999, 'phone'), signal)).toEqual({ counted: false, effectsEnqueued: false })
    expect(await stored(user)).toMatchObject({
      userName: 'anna',
      attributes: { email: 'anna@example.com' },
      signInCount: 1,
      lastSignInAt: noonPlus(14_999).toISOString(),
      lastCountedAt: noon,
      lastAppClient: 'phone',
    })
  })

  it('measures `notAgainWithinMs` from the last counted sign-in, so that frequent sign-ins are counted too', async () => {
    const user = newUser()
    const counted: boolean[] = []
    for (const ms of [0, 10_000, 15_000, 25_000, 30_000]) counted.push((await profiles.signedIn(user, signIn(ms), signal)).counted)
    expect(counted).toEqual([true, false, true, false, true])
    expect(await stored(user)).toMatchObject({ signInCount: 3 })
  })

  it('counts every sign-in if `notAgainWithinMs` is 0', async () => {
    const user = newUser()
    for (const ms of [0, 0, 1]) await profiles.signedIn(user, { ...signIn(ms), notAgainWithinMs: 0 }, signal)
    expect(await stored(user)).toMatchObject({ signInCount: 3 })
  })

  it('stores null for a sign-in without an app client', async () => {
    const user = newUser()
    await profiles.signedIn(user, signIn(0, null), signal)
    expect(await stored(user)).toMatchObject({ lastAppClient: null })
  })

  it('removes attributes that the user no longer has', async () => {
    const user = newUser({ email: 'ann@example.com', name: 'Ann' })
    await profiles.confirmed(user, noonPlus(0), signal)
    await profiles.signedIn({ ...user, attributes: {} }, signIn(0), signal)
    expect((await stored(user))?.attributes).toEqual({})
  })

  it('counts concurrent repeats of one event once', async () => {
    const user = newUser()
    const results = await Promise.all([0, 0, 1, 2].map((ms) => profiles.signedIn(user, signIn(ms), signal)))
    expect(results.filter(({ counted }) => counted)).toHaveLength(1)
    expect(await stored(user)).toMatchObject({ signInCount: 1 })
  })

  it('returns at every sign-in whether the pending effects were enqueued before', async () => {
    const user = newUser()
    await profiles.signedIn(user, signIn(0), signal)
    await profiles.markEffectsEnqueued(user, noonPlus(0), signal)
    expect(await stored(user)).toMatchObject({ effectsEnqueuedAt: noon, signInCount: 1 })
    expect(await profiles.signedIn(user, signIn(1), signal)).toEqual({ counted: false, effectsEnqueued: true })
    expect(await profiles.signedIn(user, signIn(60_000), signal)).toEqual({ counted: true, effectsEnqueued: true })
  })

  it('does not recreate a deleted profile when it marks the effects as enqueued', async () => {
    const user = newUser()
    await profiles.markEffectsEnqueued(user, noonPlus(0), signal)
    expect(await stored(user)).toBeUndefined()
  })

  it('keeps separate profiles for equal subs in different pools', async () => {
    const [one, other] = [newUser(), { ...newUser(), userPoolId: 'eu-west-1_Another' }]
    await profiles.confirmed(one, noonPlus(0), signal)
    await profiles.confirmed({ ...other, sub: one.sub }, noonPlus(1000), signal)
    expect(await stored(one)).toMatchObject({ userPoolId: 'eu-west-1_Example', createdAt: noon })
    expect(await stored({ ...other, sub: one.sub })).toMatchObject({ userPoolId: 'eu-west-1_Another' })
  })
}
