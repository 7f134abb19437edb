import { randomUUID } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { documentClient } from '../../../src/shared/aws/dynamodb.ts'
import { MAX_ATTEMPTS } from '../../../src/shared/ledger/back-off.ts'
import { dynamoLedger } from '../../../src/shared/ledger/dynamo-ledger.ts'
import { effectPk } from '../../../src/shared/ledger/effect-item.ts'
import type { Ledger } from '../../../src/shared/rules/once.ts'
import { describeLedger, SLOW_WRITES } from '../../support/contracts/ledger.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { assertGranted, LEASE_MS, newEffect, timedLedger } from '../../support/effects.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { startLossyProxy } from '../../support/lossy-proxy.ts'

const { signal } = new AbortController()
const noon = '2026-05-01T12:00:00.000Z'
const HELD = { kind: 'held' }
const retry = { kind: 'retry', reason: 'Throttling' } as const
const unknown = { kind: 'unknown', reason: 'TimeoutError' } as const

afterEach(() => {
  vi.unstubAllEnvs()
})

onEveryDynamoDb((engine) => {
  describeLedger(() => timedLedger(engine))

  it('grants the first claim, refuses the second, and stores the effect as pending', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    const { userPoolId, sub } = effect
    expect(claim).toEqual({ userPoolId, sub, effect: 'send-welcome-email', token: expect.any(String), attempt: 1 })
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual(HELD)
    expect(await ledger.stored(effect)).toEqual({
      ...{ pk: effectPk(effect), userPoolId, sub, effect: 'send-welcome-email', delivery: 'at-most-once', attempt: 1 },
      ...{ triggerSource: effect.event.triggerSource, appClient: effect.event.callerContext.clientId },
      ...{ state: 'pending', queue: 'pending', token: claim.token, dueAt: '2026-05-01T12:00:10.000Z' },
      ...{ event: JSON.stringify(effect.event), createdAt: noon, updatedAt: noon },
    })
    expect(await ledger.queued('pending')).toContain(effectPk(effect))
  })

  it('removes the app client of an earlier event if the next event has none', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-least-once')
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    const { event } = effect
    await ledger.claim({ ...effect, event: { ...event, callerContext: { ...event.callerContext, clientId: null } } }, randomUUID(), signal)

    expect(await ledger.stored(effect)).not.toHaveProperty('appClient')
  })

  it('keeps a done effect for ever, with no user data except the sub', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-least-once')
    await ledger.done(assertGranted(await ledger.claim(effect, randomUUID(), signal)), signal)
    const { userPoolId, sub } = effect
    expect(await ledger.stored(effect)).toEqual({
      ...{ pk: effectPk(effect), userPoolId, sub, effect: 'send-welcome-email', delivery: 'at-least-once', attempt: 1 },
      ...{ state: 'done', doneAt: noon, createdAt: noon, updatedAt: noon },
    })
    for (const state of ['pending', 'done', 'unknown', 'failed']) expect(await ledger.queued(state)).not.toContain(effectPk(effect))
    ledger.wait(10_000 * LEASE_MS)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'done' })
  })

  it('deletes the failure reason of earlier attempts when it marks the effect done', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), retry, signal)
    ledger.wait(30_000)
    await ledger.done(assertGranted(await ledger.claim(effect, randomUUID(), signal)), signal)
    expect(await ledger.stored(effect)).not.toHaveProperty('reason')
  })

  it('deletes the row of a dropped effect', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    await ledger.drop(claim, signal)
    await ledger.drop(claim, signal)
    expect(await ledger.stored(effect)).toBeUndefined()
    expect(assertGranted(await ledger.claim(effect, randomUUID(), signal)).attempt).toBe(1)
  })

  it('doubles the delay after each failed attempt, and makes the effect a dead letter after the last attempt', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-most-once')
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
      expect(claim.attempt).toBe(attempt)
      await ledger.fail(claim, retry, signal)
      const backOff = Math.min(30_000 * 2 ** (attempt - 1), 6 * 60 * 60_000)
      expect(await ledger.stored(effect)).toMatchObject({
        ...{ state: 'pending', queue: 'pending', reason: 'Throttling', attempt },
        dueAt: new Date(ledger.now().getTime() + backOff).toISOString(),
      })
      expect(await ledger.stored(effect)).not.toHaveProperty('token')
      ledger.wait(backOff - 1)
      expect(await ledger.claim(effect, randomUUID(), signal)).toEqual(HELD)
      ledger.wait(1)
    }
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), retry, signal)
    const deadLetter = await ledger.stored(effect)
    expect(deadLetter).toMatchObject({ state: 'failed', queue: 'failed', reason: 'Throttling' })
    expect(deadLetter).not.toHaveProperty('event')
    expect(deadLetter).not.toHaveProperty('token')
    ledger.wait(1000 * LEASE_MS)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'failed' })
    expect(await ledger.queued('failed')).toContain(effectPk(effect))
    expect(await ledger.queued('pending')).not.toContain(effectPk(effect))
  })

  it('keeps an unknown effect as a dead letter, and deletes its event and token', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), unknown, signal)
    const stored = await ledger.stored(effect)
    expect(stored).toMatchObject({ state: 'unknown', queue: 'unknown', reason: 'TimeoutError' })
    expect(stored).not.toHaveProperty('event')
    expect(stored).not.toHaveProperty('token')
    expect(JSON.stringify(stored)).not.toContain('@example.com')
    ledger.wait(1000 * LEASE_MS)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'unknown' })
    expect(await ledger.queued('unknown')).toContain(effectPk(effect))
  })

  /** Calls `use` with a ledger that does not receive DynamoDB's first `lost` responses. It has the SDK client of the handlers. */
  async function losingAnswers(use: (lossy: Ledger) => Promise<void>, lost = 1): Promise<void> {
    const proxy = await startLossyProxy(engine.endpoint(), lost)
    stubEnvironment(endpointEnvironment({ dynamodb: proxy.endpoint }))
    const documents = documentClient()
    try {
      await use(dynamoLedger({ documents, table: engine.tables.effects }))
    } finally {
      documents().destroy()
      await proxy.stop()
    }
  }

  it('releases a claim if the responses to all attempts were lost', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-most-once')
    // The client makes two attempts. Both responses get lost.
    await losingAnswers((lossy) => expect(lossy.claim(effect, randomUUID(), signal)).rejects.toThrow(), 2)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'pending', queue: 'pending' })
    expect(await ledger.stored(effect)).not.toHaveProperty('token')
  })

  it('recognises its own claim by the token if the response to the first attempt was lost', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await losingAnswers(async (lossy) => {
      const claim = assertGranted(await lossy.claim(effect, randomUUID(), signal))
      expect(await ledger.stored(effect)).toMatchObject({ token: claim.token, attempt: 1 })
      expect(await lossy.claim(effect, randomUUID(), signal)).toEqual(HELD)
      await lossy.done(claim, signal)
    })
    expect(await ledger.stored(effect)).toMatchObject({ state: 'done' })
  })

  it.each(SLOW_WRITES)('repeats a write whose response was lost: %s', async (_, say) => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    await losingAnswers((lossy) => say(lossy, claim))
    expect((await ledger.stored(effect))?.token).toBeUndefined()
  })

  it('rejects if the table does not exist or the signal aborts', async () => {
    const lost = dynamoLedger({ documents: engine.documents, table: 'no-such-table' })
    const claim = { ...newEffect(), token: 'token', attempt: 1 }
    const missing = { name: 'ResourceNotFoundException' }
    await expect(lost.claim(newEffect(), randomUUID(), signal)).rejects.toMatchObject(missing)
    for (const [, say] of SLOW_WRITES) await expect(say(lost, claim)).rejects.toMatchObject(missing)
    await expect(timedLedger(engine).claim(newEffect(), randomUUID(), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('uses the process clock, a lease of 10 s and random back-off by default', async () => {
    const ledger = dynamoLedger({ documents: engine.documents, table: engine.tables.effects })
    const { stored } = timedLedger(engine)
    const effect = newEffect()
    const before = Date.now()
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    const { createdAt, dueAt } = (await stored(effect)) ?? {}
    expect(Date.parse(String(createdAt))).toBeGreaterThanOrEqual(before)
    expect(Date.parse(String(dueAt)) - Date.parse(String(createdAt))).toBe(10_000)
    await ledger.fail(claim, retry, signal)
    const after = await stored(effect)
    const waits = Date.parse(String(after?.dueAt)) - Date.parse(String(after?.updatedAt))
    expect(waits).toBeGreaterThanOrEqual(15_000)
    expect(waits).toBeLessThanOrEqual(30_000)
  })

  it('declares its IAM permissions', () => {
    expect(timedLedger(engine).permissions).toEqual([
      { actions: ['dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], resource: 'EFFECT_TABLE' },
    ])
  })
})
