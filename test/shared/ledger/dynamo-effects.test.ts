import { randomUUID } from 'node:crypto'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../../src/shared/ledger/back-off.ts'
import { dynamoEffects } from '../../../src/shared/ledger/dynamo-effects.ts'
import { type EffectItem, effectPk, isReadable, type UnreadableItem } from '../../../src/shared/ledger/effect-item.ts'
import type { EffectKey } from '../../../src/shared/rules/once.ts'
import { onEveryDynamoDb } from '../../support/dynamodb-engines.ts'
import { allDue, assertGranted, assertReadable, erase, LEASE_MS, newEffect, type TimedLedger, timedLedger } from '../../support/effects.ts'
import { dueRow } from '../../support/hand-edited-rows.ts'

const { signal } = new AbortController()
const UNSET = { createdSince: undefined, reason: undefined, triggerSource: undefined, appClient: undefined }
const retry = { kind: 'retry', reason: 'Throttling' } as const

const CUT_OFF = { state: 'pending', token: 'token', attempt: 1, dueAt: new Date(0), ...UNSET } as const

async function listed(ledger: TimedLedger, state: 'pending' | 'unknown' | 'failed'): Promise<readonly EffectItem[]> {
  const items: EffectItem[] = []
  for await (const row of ledger.effects.list(state)) items.push(assertReadable(row))
  return items
}

onEveryDynamoDb((engine) => {
  /** Returns the due effects with these keys. Leaves out the effects of other tests, which use the same table. */
  const readDue = async (ledger: TimedLedger, ...keys: readonly EffectKey[]) => {
    const due = (await allDue(ledger.effects, ledger.now())).filter(isReadable)
    return due.filter((item) => keys.some((key) => effectPk(key) === effectPk(item)))
  }
  const deadLetter = async (ledger: TimedLedger, key: EffectKey, state: 'unknown' | 'failed' = 'failed') => {
    const [item] = await readDue(ledger, key)
    if (item === undefined) throw new Error('not due')
    expect(await ledger.effects.giveUp(item, state, 'cut-off', signal)).toBe(true)
    return item
  }

  it('finds a cut-off effect when its lease expires, with everything needed to run it again', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-least-once')
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    const source = { triggerSource: effect.event.triggerSource, appClient: '1example23456789' }
    ledger.wait(LEASE_MS - 1)
    expect(await readDue(ledger, effect)).toEqual([])
    ledger.wait(1)
    expect(await readDue(ledger, effect)).toEqual([
      { ...effect, state: 'pending', token: claim.token, attempt: 1, dueAt: ledger.now(), ...UNSET, ...source },
    ])
  })

  it('finds an effect whose next attempt is due, but no done, unknown or dropped effect', async () => {
    const ledger = timedLedger(engine)
    const waiting = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(waiting, randomUUID(), signal)), retry, signal)
    const [ended, lost, gone] = [newEffect(), newEffect(), newEffect()]
    await ledger.done(assertGranted(await ledger.claim(ended, randomUUID(), signal)), signal)
    await ledger.fail(assertGranted(await ledger.claim(lost, randomUUID(), signal)), { kind: 'unknown', reason: 'x' }, signal)
    await ledger.drop(assertGranted(await ledger.claim(gone, randomUUID(), signal)), signal)
    expect(await readDue(ledger, waiting)).toEqual([])
    ledger.wait(30_000)
    expect(await readDue(ledger, waiting, ended, lost, gone)).toMatchObject([{ sub: waiting.sub, token: undefined, reason: 'Throttling' }])
  })

  it('returns due effects in the order of their due time, oldest first', async () => {
    const ledger = timedLedger(engine)
    const first = newEffect('at-least-once', 'eu-west-1_First')
    const second = newEffect('at-least-once', 'eu-west-1_Second')
    await ledger.claim(first, randomUUID(), signal)
    ledger.wait(1000)
    await ledger.claim(second, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    expect((await readDue(ledger, second, first)).map(({ sub }) => sub)).toEqual([first.sub, second.sub])
  })

  it('sets a cut-off at-most-once effect to unknown, and deletes its event', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    await deadLetter(ledger, effect, 'unknown')
    const stored = await ledger.stored(effect)
    expect(stored).toMatchObject({ state: 'unknown', queue: 'unknown', reason: 'cut-off' })
    expect(stored).not.toHaveProperty('event')
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'unknown' })
    expect(await readDue(ledger, effect)).toEqual([])
  })

  it('sets an effect to failed if it has no attempts left, and deletes its event and token', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-least-once')
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    await deadLetter(ledger, effect)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'failed', queue: 'failed' })
    expect(await ledger.stored(effect)).not.toHaveProperty('token')
    expect(await ledger.stored(effect)).not.toHaveProperty('event')
    expect(await readDue(ledger, effect)).toEqual([])
  })

  const since: readonly (readonly [string, (ledger: TimedLedger) => Promise<EffectItem>])[] = [
    [
      'was claimed again',
      async (ledger) => {
        const effect = newEffect('at-least-once')
        await ledger.claim(effect, randomUUID(), signal)
        ledger.wait(LEASE_MS)
        const [item] = await readDue(ledger, effect)
        await ledger.claim(effect, randomUUID(), signal)
        return item ?? Promise.reject(new Error('not due'))
      },
    ],
    [
      'was marked done',
      async (ledger) => {
        const effect = newEffect()
        const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
        ledger.wait(LEASE_MS)
        const [item] = await readDue(ledger, effect)
        await ledger.done(claim, signal)
        return item ?? Promise.reject(new Error('not due'))
      },
    ],
    [
      'failed and was scheduled for a retry',
      async (ledger) => {
        const effect = newEffect()
        const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
        ledger.wait(LEASE_MS)
        const [item] = await readDue(ledger, effect)
        await ledger.fail(claim, retry, signal)
        return item ?? Promise.reject(new Error('not due'))
      },
    ],
    [
      'was dropped',
      async (ledger) => {
        const effect = newEffect()
        const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
        ledger.wait(LEASE_MS)
        const [item] = await readDue(ledger, effect)
        await ledger.drop(claim, signal)
        return item ?? Promise.reject(new Error('not due'))
      },
    ],
  ]
  it.each(since)('does not make an effect a dead letter if it %s after it was read', async (_, found) => {
    const ledger = timedLedger(engine)
    const item = await found(ledger)
    const before = await ledger.stored(item)
    expect(await ledger.effects.giveUp(item, 'unknown', 'cut-off', signal)).toBe(false)
    expect(await ledger.stored(item)).toEqual(before)
  })

  it('does not make an effect a dead letter if it has no due time', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await ledger.claim(effect, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    const [item] = await readDue(ledger, effect)
    if (item === undefined) throw new Error('not due')
    expect(await ledger.effects.giveUp({ ...item, dueAt: undefined }, 'unknown', 'cut-off', signal)).toBe(false)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'pending' })
  })

  describe('postpone', () => {
    it('counts an attempt each time, and doubles the delay until the next attempt', async () => {
      const ledger = timedLedger(engine)
      const effect = newEffect('at-least-once')
      await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), retry, signal)
      for (const [attempt, seconds] of [[2, 60] as const, [3, 120] as const]) {
        ledger.wait(24 * 60 * 60_000)
        const [item] = await readDue(ledger, effect)
        expect(item && (await ledger.effects.postpone(item, 'TimeoutError', ledger.now(), signal))).toBe(true)
        const { dueAt, ...stored } = assertReadable(await ledger.effects.get(effectPk(effect), signal))
        expect(stored).toMatchObject({ state: 'pending', attempt, reason: 'TimeoutError', event: effect.event })
        const waitMs = Number(dueAt) - ledger.now().getTime()
        expect(waitMs).toBeGreaterThanOrEqual(seconds * 500)
        expect(waitMs).toBeLessThanOrEqual(seconds * 1000)
        expect(await readDue(ledger, effect)).toEqual([])
      }
    })

    it.each(since)('changes nothing if the effect %s after it was read', async (_, found) => {
      const ledger = timedLedger(engine)
      const item = await found(ledger)
      const before = await ledger.stored(item)
      expect(await ledger.effects.postpone(item, 'TimeoutError', ledger.now(), signal)).toBe(false)
      expect(await ledger.stored(item)).toEqual(before)
    })
  })

  describe('a row that was edited by hand', () => {
    const put = async (change: Readonly<Record<string, unknown>>): Promise<UnreadableItem> => {
      await engine.documents().send(new PutCommand({ TableName: engine.tables.effects, Item: { ...dueRow, ...change } }))
      const row = await ledger.effects.get(String(dueRow.pk), signal)
      if (row === undefined || isReadable(row)) throw new Error('readable')
      return row
    }
    const ledger = timedLedger(engine)
    afterEach(async () => {
      await engine.documents().send(new DeleteCommand({ TableName: engine.tables.effects, Key: { pk: dueRow.pk } }))
    })

    it('makes an unreadable row a dead letter, unless it has changed since it was read', async () => {
      const row = await put({ attempt: {} })
      expect(await ledger.effects.giveUp({ ...row, dueAt: '2026-05-01T11:00:00.000Z' }, 'unknown', row.fault, signal)).toBe(false)
      expect(await ledger.effects.giveUp(row, 'unknown', row.fault, signal)).toBe(true)
      expect(await ledger.effects.giveUp(row, 'unknown', row.fault, signal)).toBe(false)
      const deadLetter = await ledger.effects.get(String(dueRow.pk), signal)
      expect(deadLetter).toMatchObject({ state: 'unknown', fault: 'unreadable-attempt' })
    })

    it('returns a row as due and unreadable if its due time is more than seven days ahead', async () => {
      const week = 7 * 24 * 60 * 60_000
      const dueAt = new Date(ledger.now().getTime() + week + 1).toISOString()
      await engine.documents().send(new PutCommand({ TableName: engine.tables.effects, Item: { ...dueRow, dueAt } }))
      const rows = await allDue(ledger.effects, ledger.now())
      expect(rows).toContainEqual({ pk: dueRow.pk, fault: 'unreadable-dueAt', state: 'pending', dueAt })
      const later = await allDue(ledger.effects, new Date(ledger.now().getTime() + 1))
      expect(later.filter((row) => 'pk' in row && row.pk === dueRow.pk)).toEqual([])
    })

    it('erases an unreadable row, unless it is done or has changed since it was read', async () => {
      const row = await put({ state: 'done' })
      expect(await ledger.effects.erase(row, signal)).toBe(false)
      expect(await ledger.effects.erase({ ...(await put({ delivery: 7 })), dueAt: '2026-05-01T11:00:00.000Z' }, signal)).toBe(false)
      expect(await ledger.effects.erase(await put({ delivery: 7 }), signal)).toBe(true)
      expect(await ledger.effects.erase(row, signal)).toBe(false)
    })

    it('erases a row that has neither a due time nor a state', async () => {
      const { dueAt: _, state: __, queue: ___, ...rest } = dueRow
      await engine.documents().send(new PutCommand({ TableName: engine.tables.effects, Item: rest }))
      const row = await ledger.effects.get(String(dueRow.pk), signal)
      expect(row).toEqual({ pk: dueRow.pk, fault: 'unreadable-state', state: undefined, dueAt: undefined })
      expect(row !== undefined && !isReadable(row) && (await ledger.effects.erase(row, signal))).toBe(true)
    })
  })

  it('lists all effects in a state across several pages', async () => {
    const ledger = timedLedger(engine)
    const effects = Array.from({ length: 6 }, () => newEffect('at-most-once', 'eu-west-1_Listed'))
    for (const effect of effects) {
      await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), { kind: 'unknown', reason: 'x' }, signal)
      // A page of DynamoDB holds 1 MB, so six rows of 300 kB need two pages.
      const update = { UpdateExpression: 'SET padding = :padding', ExpressionAttributeValues: { ':padding': 'x'.repeat(300_000) } }
      await engine.documents().send(new UpdateCommand({ TableName: engine.tables.effects, Key: { pk: effectPk(effect) }, ...update }))
    }
    const subs = (items: readonly EffectItem[]) =>
      items.flatMap(({ userPoolId, sub }) => (userPoolId === 'eu-west-1_Listed' ? [sub] : [])).sort()
    expect(subs(await listed(ledger, 'unknown'))).toEqual(effects.map(({ sub }) => sub).sort())
    expect(subs(await listed(ledger, 'failed'))).toEqual([])
    for (const item of await listed(ledger, 'unknown')) await ledger.effects.remove(item, ledger.now(), signal)
    expect(subs(await listed(ledger, 'unknown'))).toEqual([])
  })

  it('finds due effects beyond the first 1 MB page', async () => {
    const ledger = timedLedger(engine)
    const effects = Array.from({ length: 5 }, () => newEffect('at-least-once'))
    for (const effect of effects) {
      await ledger.claim(effect, randomUUID(), signal)
      const update = { UpdateExpression: 'SET padding = :padding', ExpressionAttributeValues: { ':padding': 'x'.repeat(300_000) } }
      await engine.documents().send(new UpdateCommand({ TableName: engine.tables.effects, Key: { pk: effectPk(effect) }, ...update }))
      ledger.wait(1000)
    }
    ledger.wait(LEASE_MS)
    const due = (await allDue(ledger.effects, ledger.now())).filter(isReadable)
    expect(due.map(effectPk)).toEqual(expect.arrayContaining(effects.map(effectPk)))
    for (const effect of effects) await erase(engine.documents(), engine.tables.effects, effect)
  })

  it('makes a failed effect pending and due now for a retry, and resets its attempts', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    await ledger.fail({ ...claim, attempt: MAX_ATTEMPTS }, retry, signal)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'failed' })
    expect(await ledger.effects.retry(effect, ['failed'], signal)).toBe(true)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'pending', queue: 'pending', attempt: 0 })
    ledger.wait(Date.now() - ledger.now().getTime())
    expect(await readDue(ledger, effect)).toMatchObject([{ sub: effect.sub, event: undefined, token: undefined }])
    expect(assertGranted(await ledger.claim(effect, randomUUID(), signal)).attempt).toBe(1)
  })

  it('does not retry a missing, running, unknown or done effect', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    expect(await ledger.effects.retry(effect, ['failed'], signal)).toBe(false)
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    expect(await ledger.effects.retry(effect, ['failed'], signal)).toBe(false)
    await ledger.fail(claim, { kind: 'unknown', reason: 'x' }, signal)
    expect(await ledger.effects.retry(effect, ['failed'], signal)).toBe(false)
    const other = newEffect()
    await ledger.done(assertGranted(await ledger.claim(other, randomUUID(), signal)), signal)
    expect(await ledger.effects.retry(other, ['failed'], signal)).toBe(false)
    expect(await ledger.stored(other)).toMatchObject({ state: 'done' })
  })

  it('retries an unknown effect if the caller passes the state unknown', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), { kind: 'unknown', reason: 'x' }, signal)
    expect(await ledger.effects.retry(effect, ['failed', 'unknown'], signal)).toBe(true)
    expect(await ledger.stored(effect)).toMatchObject({ state: 'pending', attempt: 0 })
  })

  it('reads one effect in any state, and returns undefined for a missing one', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    expect(await ledger.effects.get(effectPk(effect), signal)).toBeUndefined()
    await ledger.done(assertGranted(await ledger.claim(effect, randomUUID(), signal)), signal)
    expect(await ledger.effects.get(effectPk(effect), signal)).toMatchObject({ sub: effect.sub, state: 'done', event: undefined })
  })

  it('counts the effects in a state across several pages', async () => {
    const ledger = timedLedger(engine)
    const counted = async () => {
      let sum = 0
      for await (const part of ledger.effects.count('unknown', signal)) sum += part
      return sum
    }
    const before = await counted()
    const effects = Array.from({ length: 5 }, () => newEffect())
    for (const effect of effects) {
      await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), { kind: 'unknown', reason: 'x' }, signal)
      const update = { UpdateExpression: 'SET padding = :padding', ExpressionAttributeValues: { ':padding': 'x'.repeat(300_000) } }
      await engine.documents().send(new UpdateCommand({ TableName: engine.tables.effects, Key: { pk: effectPk(effect) }, ...update }))
    }
    expect(await counted()).toBe(before + 5)
    for (const effect of effects) await erase(engine.documents(), engine.tables.effects, effect)
  })

  describe('release of a claim whose response was lost', () => {
    const token = 'the-token-of-the-lost-claim'

    it('releases the claim before its lease expires', async () => {
      const ledger = timedLedger(engine)
      const effect = newEffect()
      await ledger.claim(effect, token, signal)
      expect(await ledger.effects.release({ ...effect, token }, signal)).toBe(true)
      const stored = await ledger.stored(effect)
      expect(stored).toMatchObject({ state: 'pending', queue: 'pending', event: JSON.stringify(effect.event) })
      expect(stored).not.toHaveProperty('token')
      expect(await ledger.effects.release({ ...effect, token }, signal)).toBe(false)
    })

    it('releases the claim after the sweeper has set the effect to unknown', async () => {
      const ledger = timedLedger(engine)
      const effect = newEffect()
      await ledger.claim(effect, token, signal)
      ledger.wait(LEASE_MS)
      await deadLetter(ledger, effect, 'unknown')
      expect(await ledger.effects.release({ ...effect, token }, signal)).toBe(true)
      expect(await ledger.stored(effect)).toMatchObject({ state: 'pending', queue: 'pending' })
      expect(await ledger.stored(effect)).not.toHaveProperty('reason')
    })

    it('releases nothing if the token differs, the effect is done, or another holder has claimed the effect', async () => {
      const ledger = timedLedger(engine)
      const effect = newEffect('at-least-once')
      const claim = assertGranted(await ledger.claim(effect, token, signal))
      expect(await ledger.effects.release({ ...effect, token: 'another' }, signal)).toBe(false)
      ledger.wait(LEASE_MS)
      assertGranted(await ledger.claim(effect, randomUUID(), signal))
      expect(await ledger.effects.release({ ...effect, token }, signal)).toBe(false)
      const other = newEffect()
      await ledger.done(assertGranted(await ledger.claim(other, token, signal)), signal)
      expect(await ledger.effects.release({ ...other, token }, signal)).toBe(false)
      expect(await ledger.stored(other)).toMatchObject({ state: 'done' })
      expect(claim.token).toBe(token)
    })
  })

  it('removes an effect, so that a repeated event can run it again', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect()
    await ledger.fail(assertGranted(await ledger.claim(effect, randomUUID(), signal)), { kind: 'unknown', reason: 'x' }, signal)
    const item = assertReadable(await ledger.effects.get(effectPk(effect), signal))
    expect(await ledger.effects.remove(item, ledger.now(), signal)).toBe(true)
    expect(await ledger.effects.remove(item, ledger.now(), signal)).toBe(false)
    expect(await ledger.stored(effect)).toBeUndefined()
    expect(assertGranted(await ledger.claim(effect, randomUUID(), signal)).attempt).toBe(1)
  })

  it('does not remove an effect that is running or done, or that has changed since it was read', async () => {
    const ledger = timedLedger(engine)
    const effect = newEffect('at-least-once')
    const claim = assertGranted(await ledger.claim(effect, randomUUID(), signal))
    const item = assertReadable(await ledger.effects.get(effectPk(effect), signal))
    expect(await ledger.effects.remove(item, ledger.now(), signal)).toBe(false)
    await ledger.done(claim, signal)
    ledger.wait(LEASE_MS)
    expect(await ledger.effects.remove(item, ledger.now(), signal)).toBe(false)
    expect(await ledger.claim(effect, randomUUID(), signal)).toEqual({ kind: 'settled', state: 'done' })

    const other = newEffect('at-least-once')
    await ledger.claim(other, randomUUID(), signal)
    const outdated = assertReadable(await ledger.effects.get(effectPk(other), signal))
    ledger.wait(LEASE_MS)
    await ledger.claim(other, randomUUID(), signal)
    ledger.wait(LEASE_MS)
    expect(await ledger.effects.remove(outdated, ledger.now(), signal)).toBe(false)
    const again = assertReadable(await ledger.effects.get(effectPk(other), signal))
    expect(await ledger.effects.remove(again, ledger.now(), signal)).toBe(true)
  })

  it('rejects if the table does not exist', async () => {
    const lost = dynamoEffects({ documents: engine.documents, table: 'no-such-table' })
    const missing = { name: 'ResourceNotFoundException' }
    const ledger = timedLedger(engine)
    await expect(lost.due(ledger.now(), signal).next()).rejects.toMatchObject(missing)
    await expect(lost.list('failed').next()).rejects.toMatchObject(missing)
    await expect(lost.retry(newEffect(), ['failed'], signal)).rejects.toMatchObject(missing)
    await expect(lost.remove({ ...CUT_OFF, ...newEffect() }, ledger.now(), signal)).rejects.toMatchObject(missing)
  })
})
