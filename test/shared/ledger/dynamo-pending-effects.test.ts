import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { dynamoPendingEffects } from '../../../src/shared/ledger/dynamo-ledger.ts'
import { effectPk } from '../../../src/shared/ledger/effect-item.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { allDue, assertGranted, assertReadable, newEffect, timedLedger } from '../../support/effects.ts'

const { signal } = new AbortController()

onEveryDynamoDb((engine) => {
  it('enqueues an effect once, with no user data except the key', async () => {
    const ledger = timedLedger(engine)
    const { userPoolId, sub, effect } = newEffect()
    const pending = { userPoolId, sub, effect, delivery: 'at-most-once' } as const
    expect(await ledger.pendingEffects.enqueue(pending, signal)).toBe(true)
    expect(await ledger.pendingEffects.enqueue(pending, signal)).toBe(false)
    expect(await ledger.stored(pending)).toEqual({
      ...pending,
      pk: `${userPoolId}#${sub}#${effect}`,
      state: 'pending',
      queue: 'pending',
      attempt: 0,
      dueAt: expect.any(String),
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
  })

  it('enqueues an effect that is due now and can be claimed, and does not enqueue it again when it is done', async () => {
    const ledger = timedLedger(engine)
    const pending = newEffect()
    await ledger.pendingEffects.enqueue(pending, signal)
    ledger.wait(Date.now() - ledger.now().getTime())
    const due = (await allDue(ledger.effects, ledger.now())).map(assertReadable)
    expect(due.find(({ sub }) => sub === pending.sub)).toMatchObject({
      attempt: 0,
      token: undefined,
      event: undefined,
      createdSince: undefined,
    })
    const claim = assertGranted(await ledger.claim(pending, randomUUID(), signal))
    expect(claim.attempt).toBe(1)
    await ledger.done(claim, signal)
    expect(await ledger.pendingEffects.enqueue(pending, signal)).toBe(false)
    expect(await ledger.claim(pending, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'done' })
  })

  it('stores `createdSince`, which limits the effect to newer users', async () => {
    const ledger = timedLedger(engine)
    const createdSince = new Date('2026-03-01T00:00:00.000Z')
    const pending = { ...newEffect(), createdSince }
    await ledger.pendingEffects.enqueue(pending, signal)
    expect(await ledger.effects.get(effectPk(pending), signal)).toMatchObject({ createdSince })
  })

  it('rejects if the table does not exist', async () => {
    const lost = dynamoPendingEffects({ documents: engine.documents, table: 'no-such-table' })
    await expect(lost.enqueue(newEffect(), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})
