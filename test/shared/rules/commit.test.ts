import { describe, expect, test } from 'vitest'
import type { CognitoEvent } from '../../../src/shared/cognito/event.ts'
import { chain, failClosed, failOpen } from '../../../src/shared/rules/combinators.ts'
import { reservationKey } from '../../../src/shared/rules/commit.ts'
import { deny, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { run, type SampleRefusing, sampleEvent } from '../../support/samples.ts'

/** Makes a rule that reserves one of a limited number of places, such as the uses of an invitation. */
function takePlace(places: number): { readonly rule: Rule<SampleRefusing>; readonly taken: () => number } {
  const holders = new Set<string>()
  const rule = defineRule<SampleRefusing>('take-place', () => (holders.size < places ? skip() : skip('full')), {
    can: ['deny'],
    commit: {
      async reserve(ctx) {
        // Simulates one conditional write of a reservation. The write succeeds if this event has a reservation already, or if a place is left.
        if (!holders.has(reservationKey(ctx)) && holders.size >= places) return deny('no-place', 'All places are taken')
        holders.add(reservationKey(ctx))
        return undefined
      },
      release: (ctx) => void holders.delete(reservationKey(ctx)),
    },
  })
  return { rule, taken: () => holders.size }
}

const createEvent = (userName: string): CognitoEvent => ({ ...sampleEvent, userName })
const refuse = defineRule<SampleRefusing>('refuse', () => deny('no', 'No'))

describe('a rule with a commit', () => {
  test('a rule with a commit reserves the last place for one user, and denies the next user', async () => {
    const { rule, taken } = takePlace(1)

    expect(await run('refusing', chain(rule), createEvent('mary'))).toMatchObject({ kind: 'proceed' })
    expect(await run('refusing', chain(rule), createEvent('ann'))).toMatchObject({ kind: 'denied', rule: 'take-place', reason: 'no-place' })
    expect(taken()).toBe(1)
  })

  test('a repeated event keeps its reservation, and does not make a second one', async () => {
    const { rule, taken } = takePlace(1)
    for (let time = 0; time < 3; time += 1)
      expect(await run('refusing', chain(rule), createEvent('mary'))).toMatchObject({ kind: 'proceed' })
    expect(taken()).toBe(1)
  })

  test('a reservation that an earlier event made is not released', async () => {
    const released: string[] = []
    const renews = defineRule<SampleRefusing>('renews', () => skip(), {
      commit: { reserve: () => 'renewed', release: () => void released.push('renews') },
    })

    const decision = await run('refusing', chain(renews, takePlace(0).rule))

    expect(decision).toMatchObject({ kind: 'denied', rule: 'take-place' })
    expect(released).toEqual([])
    expect(decision.trace).toContainEqual(expect.objectContaining({ rule: 'renews', reason: 'reserved', commit: true }))
  })

  test('a rule with a commit makes no reservation if a later rule denies', async () => {
    const { rule, taken } = takePlace(1)
    expect(await run('refusing', chain(rule, refuse), createEvent('mary'))).toMatchObject({ kind: 'denied', rule: 'refuse' })
    expect(taken()).toBe(0)
  })

  test('a rule with a commit has one trace entry for evaluate and one for its reservation', async () => {
    const { rule } = takePlace(0)
    const { trace } = await run('refusing', chain(rule), createEvent('mary'))
    expect(trace).toMatchObject([
      { rule: 'take-place', path: '0', outcome: 'skip', reason: 'full' },
      { rule: 'take-place', path: '0', outcome: 'deny', reason: 'no-place', commit: true },
    ])
  })

  test('if the reserve function of a rule hangs, the invocation fails and the reservation is released', async () => {
    const released: string[] = []
    const clock = autoClock()
    const hangs = defineRule<SampleRefusing>('hangs', () => skip(), {
      commit: { reserve: () => new Promise(() => undefined), release: () => void released.push('hangs') },
    })
    expect(await run('refusing', chain(hangs), sampleEvent, clock)).toMatchObject({ kind: 'failed', rule: 'hangs' })
    expect(released).toEqual(['hangs'])
    expect(clock.pending()).toBe(0)
  })

  test('in failOpen, a reservation that hangs leaves time for the next one, and is released, even if that hangs too', async () => {
    const calls: string[] = []
    const clock = autoClock()
    const hangs = defineRule<SampleRefusing>('hangs', () => skip(), {
      commit: {
        reserve: ({ signal }) => {
          signal.addEventListener('abort', () => calls.push(`aborted after ${clock.now()} ms`))
          return new Promise(() => undefined)
        },
        release({ signal }) {
          calls.push(signal.aborted ? 'released late' : 'released in time')
          return new Promise(() => undefined)
        },
      },
    })
    const { rule, taken } = takePlace(1)

    const decision = await run('refusing', chain(failOpen(hangs, { withinMs: 500 }), failOpen(hangs), rule), sampleEvent, clock)

    expect(decision).toMatchObject({ kind: 'proceed' })
    expect(taken()).toBe(1)
    // The first rule takes 500 ms twice, and the next one a third of the rest twice.
    const end = 1000 + 3000 / 3
    expect(calls).toEqual(['aborted after 500 ms', 'released in time', `aborted after ${end} ms`, 'released in time'])
    expect(clock.pending()).toBe(0)
  })

  test('a failClosed inside failOpen gives a reservation all the time', async () => {
    const clock = autoClock()
    const hangs = defineRule<SampleRefusing>('hangs', () => skip(), {
      commit: { reserve: () => new Promise(() => undefined), release: () => undefined },
    })
    const rule = chain(failOpen(failClosed(hangs), { withinMs: 500 }))
    expect(await run('refusing', rule, sampleEvent, clock)).toMatchObject({ kind: 'failed', rule: 'hangs' })
    expect(clock.now()).toBe(4000)
  })

  test('a release function that fails or hangs does not change the decision', async () => {
    const { rule } = takePlace(0)
    for (const release of [() => Promise.reject(new Error('down')), () => new Promise<void>(() => undefined)]) {
      const first = defineRule<SampleRefusing>('first', () => skip(), { commit: { reserve: () => undefined, release } })
      expect(await run('refusing', chain(first, rule), sampleEvent)).toMatchObject({ kind: 'denied', rule: 'take-place' })
    }
  })

  test("if the reserve function of a rule returns 'allow', the invocation fails, because only a denial is permitted", async () => {
    const odd = defineRule<SampleRefusing>('odd', () => skip(), {
      commit: { reserve: () => ({ kind: 'allow' }) as never, release: () => undefined },
    })
    expect(await run('refusing', chain(odd), sampleEvent)).toMatchObject({ kind: 'failed', rule: 'odd', error: { name: 'TypeError' } })
  })
})
