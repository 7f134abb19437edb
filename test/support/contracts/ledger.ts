import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../../src/shared/ledger/back-off.ts'
import type { EffectClaim, EffectKey, Ledger } from '../../../src/shared/rules/once.ts'
import { assertGranted, LEASE_MS, newEffect } from '../effects.ts'

/** A ledger with a clock that only `wait` advances. */
export interface LedgerUnderTest extends Ledger {
  readonly wait: (ms: number) => void
  /** Returns the stored effect with the fields of a row, or undefined. */
  readonly stored: (key: EffectKey) => Promise<Readonly<Record<string, unknown>> | undefined>
}

const { signal } = new AbortController()
const HELD = { kind: 'held' }
const retry = { kind: 'retry', reason: 'Throttling' } as const
const unknown = { kind: 'unknown', reason: 'TimeoutError' } as const

/** The writes of a claim's result. */
export const SLOW_WRITES: readonly (readonly [string, (ledger: Ledger, claim: EffectClaim) => Promise<void>])[] = [
  ['done', (ledger, claim) => ledger.done(claim, signal)],
  ['failed', (ledger, claim) => ledger.fail(claim, retry, signal)],
  ['unknown', (ledger, claim) => ledger.fail(claim, unknown, signal)],
  ['dropped', (ledger, claim) => ledger.drop(claim, signal)],
]

/** Defines the tests that every ledger must pass. */
export function describeLedger(create: () => LedgerUnderTest): void {
  it.each(['at-most-once', 'at-least-once'] as const)('grants one of twenty concurrent claims of an %s effect', async (delivery) => {
    const ledger = create()
    const effect = newEffect(delivery)
    const claimed = await Promise.all(Array.from({ length: 20 }, () => ledger.claim(effect, randomUUID(), signal)))
    expect(claimed.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
    expect(claimed.filter(({ kind }) => kind === 'held')).toHaveLength(19)
  })

  it('grants one of twenty concurrent claims of an effect whose lease has expired', async () => {
    const ledger = create()
    const effect = newEffect('at-least-once')
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    const claimed = await Promise.all(Array.from({ length: 20 }, () => ledger.claim(effect, randomUUID(), signal)))
    expect(claimed.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
  })

  it('claims the effects of different users, pools and names separately', async () => {
    const ledger = create()
    const effect = newEffect()
    for (const each of [effect, newEffect(), { ...effect, userPoolId: 'eu-west-1_Other' }, { ...effect, effect: 'birthday' }]) {
      expect(await ledger.claim(each, randomUUID(), signal)).toMatchObject({ kind: 'claimed' })
    }
  })

  it('lets another holder claim an at-least-once effect once its lease has expired', async () => {
    const ledger = create()
    const effect = newEffect('at-least-once')
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(LEASE_MS - 1)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual(HELD)
    ledger.wait(1)
    expect(assertGranted(await ledger.claim(effect, randomUUID(), signal)).attempt).toBe(2)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual(HELD)
  })

  it('never grants a second claim of a cut-off at-most-once effect', async () => {
    const ledger = create()
    const effect = newEffect('at-most-once')
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(1000 * LEASE_MS)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual(HELD)
    // The delivery of the first claim decides, so a claim with another delivery is refused too.
    expect(await ledger.claim({ ...effect, delivery: 'at-least-once' }, randomUUID(), signal)).toEqual(HELD)
  })

  it.each(SLOW_WRITES)('does not let a slow holder overwrite the claim of the next holder: %s', async (_, late) => {
    const ledger = create()
    const effect = newEffect('at-least-once')
    const first = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    ledger.wait(LEASE_MS)
    const second = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    await late(ledger, first)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'pending', token: second.token, attempt: 2 })
    await ledger.done(second, signal)
    await late(ledger, first)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'done' })
  })

  it('accepts `done` from a slow holder if no other holder has claimed the effect', async () => {
    const ledger = create()
    const effect = newEffect()
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    ledger.wait(2 * LEASE_MS)
    await ledger.done(claim, signal)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'done' })
  })

  it('grants no claim of an effect that is done', async () => {
    const ledger = create()
    const effect = newEffect('at-least-once')
    await ledger.done(assertGranted(await ledger.claim(effect, randomUUID(), signal)), signal)
    ledger.wait(10_000 * LEASE_MS)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'done' })
  })

  it('grants the claim of a failed effect only after its delay', async () => {
    const ledger = create()
    const effect = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), retry, signal)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'pending', reason: 'Throttling', attempt: 1 })
    ledger.wait(29_999)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual(HELD)
    ledger.wait(1)
    expect(assertGranted(await ledger.claim(effect, randomUUID(), signal)).attempt).toBe(2)
  })

  it('grants the same claim again to its holder', async () => {
    const ledger = create()
    const effect = newEffect()
    const claim = assertGranted(await ledger.claim(effect, 'token', signal))
    expect(assertGranted(await ledger.claim(effect, 'token', signal))).toEqual(claim)
  })

  it('deletes a dropped effect, so that it can be claimed again', async () => {
    const ledger = create()
    const effect = newEffect()
    await ledger.drop(assertGranted(await ledger.claim(effect, randomUUID(), signal)), signal)
    expect(await ledger.stored(effect)).toBeUndefined()
    expect(assertGranted(await ledger.claim(effect, randomUUID(), signal)).attempt).toBe(1)
  })

  it('grants no claim of an effect that may have happened', async () => {
    const ledger = create()
    const effect = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), unknown, signal)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'unknown', reason: 'TimeoutError' })
    ledger.wait(1000 * LEASE_MS)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'unknown' })
  })

  it('gives up an effect after its last attempt', async () => {
    const ledger = create()
    const effect = newEffect()
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), retry, signal)
      ledger.wait(7 * 60 * 60_000)
    }
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'failed' })
  })
}
