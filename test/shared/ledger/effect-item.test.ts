import { describe, expect, it } from 'vitest'
import { type EffectRow, effectPk, isReadable, readEffectRow } from '../../../src/shared/ledger/effect-item.ts'
import { dueRow, handEdited } from '../../support/hand-edited-rows.ts'

const findFault = (row: EffectRow): string | undefined => (isReadable(row) ? undefined : row.fault)

describe('readEffectRow', () => {
  it('parses a row that the ledger writes', () => {
    expect(readEffectRow({ ...dueRow, token: 'token', reason: 'Throttling' })).toEqual({
      ...{ userPoolId: 'eu-west-1_Example', sub: 'edited', effect: 'send-welcome-email', state: 'pending', delivery: 'at-least-once' },
      ...{ token: 'token', attempt: 1, dueAt: new Date('2026-05-01T12:00:00.000Z'), createdSince: undefined, reason: 'Throttling' },
      ...{ triggerSource: 'PostConfirmation_ConfirmSignUp', appClient: 'client1', event: JSON.parse(String(dueRow.event)) },
    })
  })

  it('parses a row without an event', () => {
    const { event: _, triggerSource: __, appClient: ___, ...identity } = dueRow
    const createdSince = '2026-03-01T00:00:00.000Z'
    expect(readEffectRow({ ...identity, attempt: 0, createdSince })).toMatchObject({
      attempt: 0,
      event: undefined,
      createdSince: new Date(createdSince),
    })
  })

  it('takes the trigger source and the app client from the event when the row lacks the attributes', () => {
    const { triggerSource: _, appClient: __, ...row } = dueRow
    const triggerSource = 'PostConfirmation_ConfirmForgotPassword'
    const event = (clientId: string | null) =>
      JSON.stringify({ ...JSON.parse(String(dueRow.event)), triggerSource, callerContext: { awsSdkVersion: 'x', clientId } })

    expect(readEffectRow({ ...row, event: event('web') })).toMatchObject({ triggerSource, appClient: 'web' })
    expect(readEffectRow({ ...row, event: event(null) })).toMatchObject({ triggerSource, appClient: undefined })
    expect(readEffectRow({ ...dueRow, event: event('web') })).toMatchObject({
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      appClient: 'client1',
    })
  })

  it.each(['unknown', 'failed'])('parses a dead letter in the state %s', (state) => {
    const { event: _, ...deadLetter } = dueRow
    expect(readEffectRow({ ...deadLetter, state, queue: state })).toMatchObject({ state, event: undefined })
  })

  it('parses a done effect, which has no queue and no due time', () => {
    const { event: _, queue: __, dueAt: ___, ...done } = dueRow
    expect(readEffectRow({ ...done, state: 'done' })).toMatchObject({ state: 'done', dueAt: undefined })
  })

  it('accepts a row with added attributes or an invalid `reason`', () => {
    expect(findFault(readEffectRow({ ...dueRow, note: 7, reason: {} }))).toBeUndefined()
  })

  it.each(handEdited.filter(([, how]) => !how.startsWith('9999')))('returns a row with an invalid %s as unreadable: %s', (name, _, row) => {
    const read = readEffectRow(row)
    const expected = [`unreadable-${name}`, 'unreadable-pk', ...(name === 'state' ? ['unreadable-queue'] : [])]
    expect(expected).toContain(findFault(read))
    expect(read).toHaveProperty('pk', row.pk)
  })

  it.each([undefined, 'failed', 'Pending'])('returns a pending row with the queue %s as unreadable', (queue) => {
    expect(findFault(readEffectRow({ ...dueRow, queue }))).toBe('unreadable-queue')
  })
})

describe('effectPk', () => {
  it('joins the pool, the sub and the name of the effect', () => {
    expect(effectPk({ userPoolId: 'pool', sub: 'sub', effect: 'mail:birthday' })).toBe('pool#sub#mail:birthday')
  })
})
