import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { erase } from '../support/effects.ts'
import { emfProblems } from '../support/emf.ts'
import { stubEnvironment } from '../support/environment.ts'
import { ann } from '../support/events.ts'
import { startWorld, type World } from '../support/sweeper-world.ts'

const signal = new AbortController().signal
let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function runSweeper(environment: Readonly<Record<string, string>> = {}, milliseconds?: number) {
  stubEnvironment({
    ...world.services.environment,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: world.cognito.endpoint,
    WELCOME_EMAIL_FROM: 'welcome@example.com',
    WELCOME_APP_NAME: 'Example',
    WELCOME_APP_URL: 'https://app.example.com',
    ...environment,
  })
  const { handler } = await import('../../src/sweeper/handler.ts')
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const error = await handler(undefined, milliseconds === undefined ? undefined : { getRemainingTimeInMillis: () => milliseconds }).catch(
    String,
  )
  const lines = written.mock.calls.map(([line]) => String(line))
  written.mockRestore()
  expect(lines).toHaveLength(1)
  const line: unknown = JSON.parse(String(lines[0]))
  expect(emfProblems(line)).toEqual([])
  return { error, line, text: String(lines[0]) }
}

describe('the sweeper handler', () => {
  it('sends a pending welcome email, and writes one log line without user data', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const { error, line, text } = await runSweeper({}, 60_000)
    expect(error).toBeUndefined()
    expect(line).toMatchObject({ EffectsRun: 1, EffectsDone: 1, EffectsFailed: 0, EffectsUnknown: 0, table: 'effects' })
    expect(world.services.ses.inbox()).toMatchObject([{ to: [ann.email], subject: 'Welcome to Example' }])
    expect(text).not.toContain('@')
    expect(text).not.toContain(ann.sub)
  })

  it('counts a dead letter in every sweep until its row is deleted', async () => {
    await world.pendingEffects.enqueue({ ...world.welcome(), effect: 'send-a-gift' }, signal)
    expect((await runSweeper()).line).toMatchObject({ swept: { failed: 1 }, EffectsFailed: 1 })
    expect((await runSweeper()).line).toMatchObject({ swept: {}, EffectsFailed: 1 })
    await erase(world.documents, 'effects', { ...world.welcome(), effect: 'send-a-gift' })
    expect((await runSweeper()).line).toMatchObject({ EffectsFailed: 0 })
  })

  it('throws if the ledger cannot be read', async () => {
    const { error, line } = await runSweeper({ EFFECT_TABLE: 'no-such-table' })
    expect(error).toBe('Error: The ledger could not be read: ResourceNotFoundException')
    expect(line).toMatchObject({ level: 'ERROR', unread: 'ResourceNotFoundException', EffectsRun: 0 })
  })

  it('throws if the users of a pool cannot be looked up', async () => {
    world.cognito.fault('AccessDeniedException')
    const subs = ['1', '2', '3', '4']
    for (const sub of subs) await world.pendingEffects.enqueue(world.welcome(sub), signal)
    const { error, line } = await runSweeper()
    world.cognito.fault(undefined)
    for (const sub of subs) await erase(world.documents, 'effects', world.welcome(sub))
    expect(error).toBe(`Error: Users could not be looked up in ${ann.userPoolId}; the log line has the reasons`)
    expect(line).toMatchObject({ level: 'ERROR', givenUp: [ann.userPoolId], reasons: { AccessDeniedException: 4 }, EffectsRun: 0 })
  })

  it.each([3000, 8000])('throws, because a timeout of %i ms is too short for a sweep', async (milliseconds) => {
    const { error, line } = await runSweeper({}, milliseconds)
    expect(error).toBe('Error: No time to sweep: the function needs more than 8 seconds; set its timeout to 60')
    expect(line).toMatchObject({ level: 'ERROR', tooShort: true, EffectsRun: 0 })
  })

  it('fails at init without EFFECT_TABLE', async () => {
    stubEnvironment({ PROFILE_TABLE: 'profiles' })
    await expect(import('../../src/sweeper/handler.ts')).rejects.toThrow('EFFECT_TABLE is missing')
  })
})
