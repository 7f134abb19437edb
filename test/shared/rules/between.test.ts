import { describe, expect, it } from 'vitest'
import { preSignUp } from '../../../src/pre-signup/trigger.ts'
import { between, type Hours } from '../../../src/shared/rules/between.ts'
import { denyIf, when } from '../../../src/shared/rules/combinators.ts'
import { not } from '../../../src/shared/rules/condition.ts'
import { once } from '../../../src/shared/rules/once.ts'
import { done } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import type { Working } from '../../../src/shared/rules/trigger.ts'
import { preSignUpEvent } from '../../support/events.ts'
import { memoryLedger } from '../../support/memory-ledger.ts'

const office = { from: '08:00', to: '18:00' }
const night = { from: '22:00', to: '06:00' }

/** Returns true if a sign-up at a time is during the hours. */
async function holds(hours: Hours, timeZone: string, time: string): Promise<boolean> {
  const condition = between(hours, timeZone, { now: () => new Date(time) })
  const { kind } = await preSignUp(denyIf(not(condition), 'closed', 'Closed')).decide(preSignUpEvent())
  return kind === 'proceed'
}

describe('between', () => {
  it.each([
    [office, '2026-01-15T07:59:59Z', false],
    [office, '2026-01-15T08:00:00Z', true],
    [office, '2026-01-15T17:59:59Z', true],
    [office, '2026-01-15T18:00:00Z', false],
    [night, '2026-01-15T21:59:59Z', false],
    [night, '2026-01-15T22:00:00Z', true],
    [night, '2026-01-16T00:00:00Z', true],
    [night, '2026-01-16T05:59:59Z', true],
    [night, '2026-01-16T06:00:00Z', false],
    [{ from: '12:00', to: '24:00' }, '2026-01-15T23:59:59Z', true],
    [{ from: '12:00', to: '24:00' }, '2026-01-16T00:00:00Z', false],
    [{ from: '00:00', to: '00:01' }, '2026-01-16T00:00:59Z', true],
    [{ from: '12:00', to: '00:00' }, '2026-01-15T23:59:59Z', true],
    [{ from: '12:00', to: '00:00' }, '2026-01-16T00:00:00Z', false],
  ])('%j at %s: %s', async (hours, time, expected) => {
    expect(await holds(hours, 'UTC', time)).toBe(expected)
  })

  it.each([
    ['Europe/Berlin', '2026-01-15T07:00:00Z', true],
    ['Europe/Berlin', '2026-01-15T06:59:59Z', false],
    ['Europe/Berlin', '2026-07-15T06:00:00Z', true],
    ['Europe/Berlin', '2026-07-15T16:00:00Z', false],
    ['Asia/Kolkata', '2026-01-15T02:30:00Z', true],
    ['Asia/Kolkata', '2026-01-15T02:29:59Z', false],
    ['America/New_York', '2026-01-15T13:00:00Z', true],
  ])('follows the clock of %s at %s: %s', async (timeZone, time, expected) => {
    expect(await holds(office, timeZone, time)).toBe(expected)
  })

  it('skips an hour in spring and has one twice in autumn, as the clock does', async () => {
    const hour = { from: '02:00', to: '03:00' }
    const minutes = async (start: string): Promise<number> => {
      const times = Array.from({ length: 12 }, (_, n) => new Date(Date.parse(start) + n * 1_800_000).toISOString())
      return (await Promise.all(times.map((time) => holds(hour, 'Europe/Berlin', time)))).filter(Boolean).length * 30
    }

    expect(await minutes('2026-03-28T22:00:00Z')).toBe(0)
    expect(await minutes('2026-03-27T22:00:00Z')).toBe(60)
    expect(await minutes('2026-10-24T22:00:00Z')).toBe(120)
  })

  it('uses the clock of the function by default', async () => {
    const now = new Date().toISOString().slice(11, 16)
    const decide = (hours: Hours) => preSignUp(denyIf(between(hours, 'UTC'), 'closed', 'Closed')).decide(preSignUpEvent())
    const hours = now < '12:00' ? { from: '00:00', to: '12:01' } : { from: '12:00', to: '24:00' }

    expect(await decide(hours)).toMatchObject({ kind: 'denied', reason: 'closed' })
  })

  it('holds no proof, and cannot be around once', () => {
    const condition = between(office, 'UTC')
    const effect = defineRule<Working>('effect', () => done(), { reads: [] })

    expect(condition.proof).toBe('circumstance')
    expect(() => when(condition, once(memoryLedger(), effect, { delivery: 'at-most-once' }))).toThrow(
      'needs a condition that declares which attributes it reads',
    )
  })

  it.each<readonly [readonly unknown[], string]>([
    [['08:00-18:00', 'UTC'], "the hours are a string; expected { from: 'HH:MM', to: 'HH:MM' }"],
    [[{ ...office, until: '19:00' }, 'UTC'], "unknown option 'until'"],
    [[{ to: '18:00' }, 'UTC'], 'from is undefined; expected'],
    [[{ from: '8:00', to: '18:00' }, 'UTC'], "from is '8:00'; expected"],
    [[{ from: '24:00', to: '18:00' }, 'UTC'], "from is '24:00'"],
    [[{ from: '08:00', to: '24:01' }, 'UTC'], "to is '24:01'"],
    [[{ from: '08:00', to: 18 }, 'UTC'], 'to is a number'],
    [[{ from: '08:00', to: '08:00' }, 'UTC'], "from and to are both '08:00'"],
    [[office], 'the time zone is undefined; expected a name such as'],
    [[office, 'Europe/Berlni'], "the time zone 'Europe/Berlni' is unknown"],
    [[office, ''], "the time zone '' is unknown"],
    [[office, 'UTC', { now: new Date() }], 'now is an object; expected a function'],
    [[office, 'UTC', { clock: Date.now }], "unknown option 'clock'"],
  ])('throws a TypeError for %j', (args, message) => {
    const make = (): unknown => Reflect.apply(between, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
