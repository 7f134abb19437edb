import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNCTIONS, type FunctionName } from '../../chaos/child-messages.ts'
import { type FaultPlan, faultPlan } from '../../chaos/faults.ts'
import type { Promised } from '../../chaos/judge.ts'
import { type Pool, startPool } from '../../chaos/pool.ts'
import { formatReport } from '../../chaos/report.ts'
import { type RunResult, run } from '../../chaos/run.ts'
import { listBundles, openStage, type Stage } from '../../chaos/stage.ts'
import { confirmationEvent, makeUsers, type User } from '../../chaos/users.ts'
import type { Delivery } from '../../src/shared/rules/once.ts'
import { type Built, buildElsewhere } from '../support/built.ts'

const DELIVERIES: readonly Delivery[] = ['at-most-once', 'at-least-once']
// One that a person can change to look for more; a failure prints it.
const SEED = 20_260
const TIMES_DELIVERED = 50
const listBroken = ({ promises }: RunResult): readonly Promised[] => promises.filter(({ broken }) => broken > 0)

let built: Built
beforeAll(async () => {
  built = await buildElsewhere()
})
afterAll(() => built.remove())

describe.each(DELIVERIES)('with %s, while one call in five goes wrong and processes are killed', (delivery) => {
  it('keeps every promise to 150 users', { timeout: 120_000 }, async () => {
    const result = await run({ seed: SEED, users: 150, percent: 20, delivery, bundles: `${built.folder}/dist` })
    const broken = listBroken(result).map(({ name }) => name)
    expect(broken, `seed ${SEED}\n${formatReport(delivery, result).join('\n')}`).toEqual([])
    expect(result.mails.accepted).toBeGreaterThan(0)
    expect(result.counts['confirmed ones']).toBeGreaterThan(0)
  })
})

describe.each(DELIVERIES)('with %s, without faults', (delivery) => {
  it('sends one mail to everybody who was confirmed, and none to users from before', async () => {
    const result = await run({ seed: SEED, users: 60, percent: 0, delivery, bundles: `${built.folder}/dist` })
    expect(listBroken(result)).toEqual([])
    expect(result.mails).toMatchObject({ unknown: new Map(), deadLetters: 0, twice: new Map() })
    // A machine that is very busy leaves a mail to the sweep, and some users are deleted before that.
    const [confirmed = 0, gone = 0] = [result.counts['confirmed ones'], result.counts['users deleted before the sweep']]
    expect(result.mails.accepted).toBeGreaterThanOrEqual(confirmed - gone)
    expect(result.mails.accepted).toBeLessThanOrEqual(confirmed)
    expect(result.counts['sign-ins to heal what is missing']).toBe(0)
    // Otherwise it would be no wonder that they got no mail.
    expect(result.counts['users from before']).toBeGreaterThan(0)
    expect(result.counts['  of whose mail the ledger was told']).toBe(result.counts['users from before'])
  })
})

describe('handlers that do nothing', () => {
  const idle = async (...names: readonly FunctionName[]): Promise<string> => {
    const bundles = join(built.folder, `idle-${names.join('-')}`)
    await cp(`${built.folder}/dist`, bundles, { recursive: true })
    for (const name of names) await writeFile(join(bundles, name, 'handler.js'), 'export const handler = async (event) => event\n')
    return bundles
  }
  const runWith = (bundles: string): Promise<RunResult> => run({ seed: SEED, users: 40, percent: 0, delivery: 'at-most-once', bundles })

  it('are found out', async () => {
    const result = await runWith(await idle(...FUNCTIONS.filter((name) => name !== 'sweeper')))
    const broken = Object.fromEntries(listBroken(result).map((promised) => [promised.name, promised.broken]))
    const users = makeUsers(SEED, 40)
    const confirmed = result.counts['confirmed ones'] ?? 0
    const gone = result.counts['users deleted before the sweep'] ?? 0
    expect(broken).toEqual({
      'approvals that a rule had denied': users.filter(({ kind }) => kind === 'stranger' || kind === 'blocked').length,
      'profiles missing': users.filter(({ kind }) => kind === 'member' || kind === 'veteran').length - gone,
      'mails not sent and not on record': confirmed - gone,
      'events lost': confirmed - gone,
    })
    expect(formatReport('at-most-once', result).join('\n')).toContain('BROKEN')
  })

  it('at the confirmation are made up for at the next sign-in', async () => {
    const result = await runWith(await idle('post-confirmation'))
    expect(listBroken(result)).toEqual([])
    expect(result.mails.accepted).toBeGreaterThan(0)
  })
})

describe(`${DELIVERIES} deliveries of one event at the same time, to two processes`, () => {
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

  it.each(DELIVERIES)('leave one profile and one mail, with %s', async (delivery) => {
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

  it('leave no second mail with at-most-once, whatever goes wrong', async () => {
    await withPool('at-most-once', faultPlan({ seed: SEED, percent: 40 }), async (pool, stage) => {
      await Promise.all(members.slice(0, 4).map((user) => deliverTo(pool, user)))
      expect(members.map((user) => mailsTo(stage, user).length).filter((mails) => mails > 1)).toEqual([])
    })
  })
})
