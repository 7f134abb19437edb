import { describe, expect, it } from 'vitest'
import { createEnvironments } from '../../../../src/tools/pool/project/environments.ts'
import type { Invocation } from '../../../../src/tools/replay/invocation.ts'
import type { LambdaFunction } from '../../../../src/tools/replay/lambda.ts'

const EVENT = { version: '1', triggerSource: 'PostConfirmation_ConfirmSignUp', request: {}, response: {} }
const CALL = { arn: 'arn:aws:lambda:us-east-1:000000000000:function:welcome', trigger: 'PostConfirmation', event: EVENT } as const

interface Started {
  readonly version: number
  stopped: boolean
}

/** Creates a session whose functions answer when the test lets them. */
function createSession() {
  const started: Started[] = []
  const waiting: (() => void)[] = []
  let version = 1
  let running = 0
  let most = 0
  const create = async (_: string, name?: string): Promise<LambdaFunction | undefined> => {
    if (name !== 'welcome') return undefined
    const own: Started = { version, stopped: false }
    started.push(own)
    const invoke = async (event: unknown): Promise<Invocation> => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => waiting.push(resolve))
      running -= 1
      return { kind: 'returned', json: JSON.stringify(event), decision: null, durationMs: 1 }
    }
    const nothing = async (): Promise<undefined> => undefined
    const stop = async (): Promise<void> => {
      own.stopped = true
    }
    return { invoke, rule: nothing, loadError: nothing, end: stop, stop }
  }
  return {
    session: {
      create,
      reload: async () => {
        version += 1
      },
    },
    started,
    /** Lets the events that run now end. */
    async finish() {
      await new Promise(setImmediate)
      for (const resolve of waiting.splice(0)) resolve()
      await new Promise(setImmediate)
    },
    most: () => most,
  }
}

const ignore = (): void => undefined

describe('createEnvironments', () => {
  it('runs as many events at once as it has environments, and lets the others wait', async () => {
    const { session, started, finish, most } = createSession()
    const environments = createEnvironments(session, 2, ignore)

    const calls = [1, 2, 3, 4, 5].map(() => environments.call(CALL))
    for (let round = 0; round < 5; round += 1) await finish()

    const outcomes = await Promise.all(calls)
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(5).fill('proceed'))
    expect(most()).toBe(2)
    expect(started).toHaveLength(2)
  })

  it('ends an event on the old code, and runs the next one on the changed code', async () => {
    const { session, started, finish } = createSession()
    const environments = createEnvironments(session, 2, ignore)

    const old = environments.call(CALL)
    await new Promise(setImmediate)
    await environments.replace()
    await finish()
    await old
    const next = environments.call(CALL)
    await finish()
    await next

    expect(started).toEqual([
      { version: 1, stopped: true },
      { version: 2, stopped: false },
    ])
  })

  it('stops the idle environments', async () => {
    const { session, started, finish } = createSession()
    const environments = createEnvironments(session, 2, ignore)
    const call = environments.call(CALL)
    await finish()
    await call

    await environments.stop()

    expect(started).toEqual([{ version: 1, stopped: true }])
  })

  it('fails the event of a function that does not exist, and of one that cannot be built', async () => {
    const problems: string[] = []
    const failing = {
      create: async (_: string, name?: string): Promise<undefined> => {
        if (name === 'broken') throw new Error('npm run build failed')
        return undefined
      },
      reload: async () => undefined,
    }
    const environments = createEnvironments(failing, 1, (problem) => problems.push(problem))
    const arn = CALL.arn.replace('welcome', 'broken')

    const results = [await environments.call(CALL), await environments.call({ ...CALL, arn }), await environments.call({ ...CALL, arn })]

    expect(results.map(({ outcome, error }) => [outcome, error?.name])).toEqual(Array(3).fill(['failed', 'ResourceNotFoundException']))
    expect(problems).toEqual(['npm run build failed', 'npm run build failed'])
  })
})
