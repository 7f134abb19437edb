import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNCTIONS, type FunctionName } from '../../chaos/child-messages.ts'
import { type FaultPlan, faultPlan } from '../../chaos/faults.ts'
import { bundleExtended, type Handlers } from '../../chaos/handlers.ts'
import type { Promised } from '../../chaos/judge.ts'
import { type Pool, startPool } from '../../chaos/pool.ts'
import { formatReport } from '../../chaos/report.ts'
import { type RunResult, run } from '../../chaos/run.ts'
import { listBundles, openStage, type Stage } from '../../chaos/stage.ts'
import { confirmationEvent, makeUsers, type User } from '../../chaos/users.ts'
import type { Delivery } from '../../src/shared/rules/once.ts'
import { type Built, copyBuild } from '../support/built.ts'

const DELIVERIES: readonly Delivery[] = ['at-most-once', 'at-least-once']
// Change the seed to try other users and faults. A failed test prints its seed.
const SEED = 20_260
const TIMES_DELIVERED = 50
const listBroken = ({ promises }: RunResult): readonly Promised[] => promises.filter(({ broken }) => broken > 0)

let built: Built
beforeAll(async () => {
  built = await copyBuild()
})
afterAll(() => built.remove())

// The runs mostly wait for hanging services, so they run at the same time.
describe.concurrent('a run with faults in 20 % of calls and killed processes', () => {
  it.each([
    { delivery: 'at-most-once', handlers: 'deployed', users: 100 },
    { delivery: 'at-least-once', handlers: 'deployed', users: 100 },
    { delivery: 'at-most-once', handlers: 'extended', users: 40 },
  ] as const)(
    'keeps every guarantee with $delivery and the $handlers handlers, for $users users',
    { timeout: 180_000 },
    async (options) => {
      const bundles = await bundle(options.handlers)
      const result = await run({ seed: SEED, percent: 20, ...options, bundles })
      const broken = listBroken(result).map(({ name }) => name)
      expect(broken, `seed ${SEED}\n${formatReport(options.delivery, result).join('\n')}`).toEqual([])
      expect(result.mails.accepted).toBeGreaterThan(0)
      expect(result.counts['confirmed users']).toBeGreaterThan(0)
      const names = result.promises.map(({ name }) => name)
      expect(names.includes('duplicate messages to the webhook')).toBe(options.handlers === 'extended')
    },
  )

  async function bundle(handlers: Handlers): Promise<string> {
    if (handlers === 'deployed') return `${built.folder}/dist`
    const folder = join(built.folder, 'extended')
    await bundleExtended(`${built.folder}/dist`, folder)
    return folder
  }
})

describe.each(DELIVERIES)('a run with %s, without faults', (delivery) => {
  it('sends one email to each confirmed user, and none to existing users', async () => {
    const result = await run({ seed: SEED, users: 60, percent: 0, delivery, handlers: 'deployed', bundles: `${built.folder}/dist` })
    expect(listBroken(result)).toEqual([])
    expect(result.mails).toMatchObject({ unknown: new Map(), deadLetters: 0, twice: new Map() })
    // If the machine is busy, the sweeper sends some emails. Users who are deleted before the sweep do not get theirs.
    const [confirmed = 0, gone = 0] = [result.counts['confirmed users'], result.counts['users deleted before the sweep']]
    expect(result.mails.accepted).toBeGreaterThanOrEqual(confirmed - gone)
    expect(result.mails.accepted).toBeLessThanOrEqual(confirmed)
    expect(result.counts['sign-ins to restore missing data']).toBe(0)
    // Checks that existing users had an effect, so that they could have got an email.
    expect(result.counts['existing users']).toBeGreaterThan(0)
    expect(result.counts['  existing users with an effect in the ledger']).toBe(result.counts['existing users'])
  })
})

describe('a run with handlers that do nothing', () => {
  const idle = async (...names: readonly FunctionName[]): Promise<string> => {
    const bundles = join(built.folder, `idle-${names.join('-')}`)
    await cp(`${built.folder}/dist`, bundles, { recursive: true })
    for (const name of names) await writeFile(join(bundles, name, 'handler.js'), 'export const handler = async (event) => event\n')
    return bundles
  }
  const runWith = (bundles: string): Promise<RunResult> =>
    run({ seed: SEED, users: 40, percent: 0, delivery: 'at-most-once', handlers: 'deployed', bundles })

  it('reports the guarantees that handlers break if they do nothing', async () => {
    const result = await runWith(await idle(...FUNCTIONS.filter((name) => name !== 'sweeper')))
    const broken = Object.fromEntries(listBroken(result).map((promised) => [promised.name, promised.broken]))
    const users = makeUsers(SEED, 40)
    const confirmed = result.counts['confirmed users'] ?? 0
    const gone = result.counts['users deleted before the sweep'] ?? 0
    expect(broken).toEqual({
      'approvals of denied users': users.filter(({ kind }) => ['stranger', 'uninvited', 'blocked'].includes(kind)).length,
      'missing profiles': users.filter(({ kind }) => kind === 'member' || kind === 'veteran').length - gone,
      'emails neither sent nor recorded': confirmed - gone,
      'lost events': confirmed - gone,
      'confirmed users whose invitation may be used again': confirmed - gone,
      'invitations used too often': expect.any(Number),
    })
    expect(formatReport('at-most-once', result).join('\n')).toContain('BROKEN')
  })

  it('the next sign-in restores the profile, the email and the invitation if the handler of post confirmation does nothing', async () => {
    const result = await runWith(await idle('post-confirmation'))
    expect(listBroken(result)).toEqual([])
    expect(result.mails.accepted).toBeGreaterThan(0)
  })
})

describe(`an event that is delivered ${TIMES_DELIVERED} times at once, to two processes`, () => {
  const withPool = async (delivery: Delivery, plan: FaultPlan, use: (pool: Pool, stage: Stage) => Promise<void>): Promise<void> => {
    const stage = await openStage({ plan, delivery })
    try {
      const files = listBundles(`${built.folder}/dist`, ['post-confirmation'])
      const pool = await startPool({ files, environment: stage.environment, processes: 2 })
      try {
        await use(pool, stage)
      } finally {
        await pool.stop()
      }
    } finally {
      await stage.stop()
    }
  }
  const deliverTo = async (pool: Pool, user: User): Promise<ReadonlySet<number>> => {
    const event = JSON.stringify(confirmationEvent(user))
    const started = await Promise.all(Array.from({ length: TIMES_DELIVERED }, () => pool.invoke('post-confirmation', user.sub, event)))
    const endings = await Promise.all(started.map(({ ending }) => ending))
    expect(new Set(endings.map(({ kind }) => kind))).toEqual(new Set(['returned']))
    return new Set(started.map(({ slot }) => slot))
  }
  const mailsTo = (stage: Stage, { email }: User) => stage.ses.log().filter(({ about, status }) => about === email && status === 200)
  const members = makeUsers(SEED, 20).filter(({ kind }) => kind === 'member')

  it.each(DELIVERIES)('creates one profile and sends one email for a repeated event, with %s', async (delivery) => {
    await withPool(
      delivery,
      () => undefined,
      async (pool, stage) => {
        for (const user of members.slice(0, 3)) {
          expect(await deliverTo(pool, user)).toEqual(new Set([0, 1]))
          expect(mailsTo(stage, user)).toHaveLength(1)
        }
        expect(await stage.profiles()).toHaveLength(3)
        expect((await stage.effects()).map(({ state }) => state)).toEqual(['done', 'done', 'done'])
      },
    )
  })

  it('sends no second email for a repeated event with at-most-once and faults in 40 % of calls', async () => {
    await withPool('at-most-once', faultPlan({ seed: SEED, percent: 40 }), async (pool, stage) => {
      await Promise.all(members.slice(0, 4).map((user) => deliverTo(pool, user)))
      expect(members.map((user) => mailsTo(stage, user).length).filter((mails) => mails > 1)).toEqual([])
    })
  })
})
