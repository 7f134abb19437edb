import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../../src/shared/ledger/back-off.ts'
import { settledAs } from '../../../src/shared/ledger/dynamo-transitions.ts'
import { effectPk } from '../../../src/shared/ledger/effect-item.ts'
import type { Delivery, Effect, EffectClaim } from '../../../src/shared/rules/once.ts'
import { type Engine, onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { allDue, assertReadable, erase, LEASE_MS, newEffect, type TimedLedger, timedLedger } from '../../support/effects.ts'

const { signal } = new AbortController()
const retry = { kind: 'retry', reason: 'Throttling' } as const
const unknown = { kind: 'unknown', reason: 'TimeoutError' } as const

// A random step in the life of one effect. `nth` picks one of all holders so far, because a holder that was cut off or replaced
// may still report its result.
type Ended = 'happened' | 'refused' | 'unclear'
type Step =
  | { readonly kind: 'event' }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'end'; readonly ended: Ended; readonly nth: number }

const holders = fc.nat({ max: 3 })
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Step>({ kind: 'event' }, { kind: 'sweep' }) },
    { weight: 3, arbitrary: fc.constantFrom(1, LEASE_MS, 40_000, 5_000_000).map((ms): Step => ({ kind: 'wait', ms })) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom<Ended[]>('happened', 'refused', 'unclear'), holders)
        .map(([ended, nth]): Step => ({ kind: 'end', ended, nth })),
    },
  ),
  { minLength: 4, maxLength: 24 },
)

interface Holder {
  readonly claim: EffectClaim
  /** The result that the holder reported. Undefined while it runs, or if it was killed. */
  ended?: Ended
}

interface Course {
  readonly ledger: TimedLedger
  readonly effect: Effect
  readonly holders: readonly Holder[]
}

/** Runs the steps against a table. Each granted claim starts the effect. Each `end` step reports a result to the ledger. */
async function play(engine: Engine, delivery: Delivery, course: readonly Step[]): Promise<Course> {
  const ledger = timedLedger(engine)
  const effect = newEffect(delivery)
  const held: Holder[] = []
  let isDone = false
  const claim = async (): Promise<void> => {
    const claimed = await ledger.claim(effect, randomUUID(), signal)
    if (claimed.kind !== 'claimed') return
    expect(isDone).toBe(false)
    // A new claim is allowed only if all earlier holders reported that the effect did not run.
    if (delivery === 'at-most-once') expect(held.filter(({ ended }) => ended !== 'refused')).toEqual([])
    held.push({ claim: claimed.claim })
  }
  const sweep = async (): Promise<void> => {
    for (const item of (await allDue(ledger.effects, ledger.now())).map(assertReadable)) {
      if (effectPk(item) !== effectPk(effect)) continue
      const settled = settledAs(item)
      if (settled === undefined) await claim()
      else await ledger.effects.giveUp(item, settled, 'cut-off', signal)
    }
  }
  const end = async (nth: number, ended: Ended): Promise<void> => {
    const holder = held[nth]
    if (holder === undefined || holder.ended !== undefined) return
    holder.ended = ended
    if (ended === 'happened') await ledger.done(holder.claim, signal)
    else await ledger.fail(holder.claim, ended === 'refused' || delivery === 'at-least-once' ? retry : unknown, signal)
    isDone ||= (await ledger.stored(effect))?.state === 'done'
  }
  for (const step of course) {
    if (step.kind === 'event') await claim()
    else if (step.kind === 'sweep') await sweep()
    else if (step.kind === 'wait') ledger.wait(step.ms)
    else await end(step.nth, step.ended)
  }
  return { ledger, effect, holders: held }
}

onEveryDynamoDb((engine) => {
  it('starts an at-most-once effect again only if it certainly did not run, and always keeps its row', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const { ledger, effect, holders: held } = await play(engine, 'at-most-once', course)
        const stored = await ledger.stored(effect)
        if (held.length === 0) expect(stored).toBeUndefined()
        else expect(['pending', 'done', 'unknown', 'failed']).toContain(stored?.state)
        if (stored?.state === 'done') expect(held.filter(({ ended }) => ended === 'happened')).toHaveLength(1)
        else if (stored !== undefined) expect(await ledger.queued(String(stored.state))).toContain(effectPk(effect))
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('marks an at-least-once effect done only if it ran; otherwise it stays due or becomes a dead letter', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const { ledger, effect, holders: held } = await play(engine, 'at-least-once', course)
        const stored = await ledger.stored(effect)
        if (stored === undefined) {
          expect(held).toEqual([])
        } else if (stored.state === 'done') {
          expect(held.some(({ ended }) => ended === 'happened')).toBe(true)
          expect(await ledger.queued('pending')).not.toContain(effectPk(effect))
        } else if (stored.state === 'failed') {
          expect(Number(stored.attempt)).toBeGreaterThanOrEqual(MAX_ATTEMPTS)
          expect(await ledger.effects.retry(effect, ['failed'], signal)).toBe(true)
        } else {
          // In every other state, the sweeper must find the effect.
          ledger.wait(24 * 60 * 60_000)
          const due = (await allDue(ledger.effects, ledger.now())).map(assertReadable)
          expect(due.map(effectPk)).toContain(effectPk(effect))
          expect(await ledger.claim(effect, randomUUID(), signal)).toMatchObject({ kind: 'claimed' })
        }
        // Deletes the row, so that the next run does not find this effect.
        await erase(engine.documents(), engine.tables.effects, effect)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
