import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { FAULTS, faultPlan } from '../../chaos/faults.ts'
import { readOptions } from '../../chaos/options.ts'
import { makeUsers } from '../../chaos/users.ts'
import { UsageError } from '../../src/tools/lib/errors.ts'
import { repository } from '../support/built.ts'

const calls = Array.from({ length: 10_000 }, (_, index) => `UpdateItem profiles user-${index}`)

describe('faultPlan', () => {
  it('faultPlan returns the same faults for the same seed, and other faults for another seed', () => {
    const of = (seed: number) => calls.map((call) => faultPlan({ seed, percent: 20 })(call, 0))
    expect(of(1)).toEqual(of(1))
    expect(of(2)).not.toEqual(of(1))
  })

  it('injects faults into the given percentage of calls, and uses each fault about equally often', () => {
    const plan = faultPlan({ seed: 7, percent: 20 })
    const met = calls.flatMap((call) => plan(call, 0) ?? [])
    expect(met.length).toBeGreaterThan(1800)
    expect(met.length).toBeLessThan(2200)
    for (const fault of FAULTS) expect(met.filter((each) => each.fault === fault).length).toBeGreaterThan(met.length / FAULTS.length / 2)
  })

  it('chooses a fault or no fault again for each repetition of a call', () => {
    const plan = faultPlan({ seed: 7, percent: 20 })
    const repeated = Array.from({ length: 1000 }, (_, occurrence) => plan('SendEmail ann@example.com', occurrence))
    expect(repeated.filter((each) => each !== undefined).length).toBeGreaterThan(100)
    expect(repeated.filter((each) => each === undefined).length).toBeGreaterThan(600)
  })

  it('injects no faults at 0 percent, and a fault into every call at 100 percent', () => {
    const met = (percent: number) => calls.flatMap((call) => faultPlan({ seed: 3, percent })(call, 0) ?? []).length
    expect([met(0), met(100)]).toEqual([0, calls.length])
  })
})

describe('makeUsers', () => {
  it('creates the same users for the same seed, with unique subs and addresses', () => {
    const users = makeUsers(11, 10_000)
    expect(makeUsers(11, 10_000)).toEqual(users)
    expect(new Set(users.map(({ sub }) => sub)).size).toBe(users.length)
    expect(new Set(users.map(({ email }) => email)).size).toBe(users.length)
  })

  it('creates users of every kind', () => {
    const users = makeUsers(11, 1000)
    for (const kind of ['member', 'stranger', 'blocked', 'veteran'])
      expect(users.filter((user) => user.kind === kind).length).toBeGreaterThan(20)
  })
})

describe('readOptions', () => {
  it('defaults to 10,000 users, faults in 20 % of calls and both delivery modes', () => {
    expect(readOptions([])).toMatchObject({ users: 10_000, percent: 20, deliveries: ['at-most-once', 'at-least-once'], log: undefined })
  })

  it('readOptions returns the values of the given arguments', () => {
    expect(
      readOptions([
        '--seed',
        '5',
        '--users',
        '40',
        '--faults',
        '12.5',
        '--delivery',
        'at-least-once',
        '--handlers',
        'extended',
        '--log',
        'handlers.log',
      ]),
    ).toEqual({
      seed: 5,
      users: 40,
      percent: 12.5,
      deliveries: ['at-least-once'],
      handlers: 'extended',
      log: 'handlers.log',
    })
    expect(readOptions(['--help'])).toBe('help')
  })

  it.each([
    [['--users', '0'], '--users 0: expected a whole number from 1 to 1000000'],
    [['--users', 'many'], '--users many: expected a whole number from 1 to 1000000'],
    [['--seed', '1.5'], '--seed 1.5: expected a whole number from 0 to 2147483647'],
    [['--faults', '101'], '--faults 101: expected a percentage from 0 to 100'],
    [['--faults', '-1'], "Option '--faults' argument is ambiguous"],
    [['--handlers', 'mine'], '--handlers mine: expected one of deployed, extended'],
    [['--delivery', 'twice'], '--delivery twice: expected one of at-most-once, at-least-once'],
    [['--user', '1'], "Unknown option '--user'; see npm run chaos -- --help"],
    [['replay'], "Unexpected argument 'replay'"],
  ])('readOptions rejects %j with a message that names the invalid argument', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })
})

describe('npm run chaos', () => {
  const chaos = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['chaos/main.ts', ...args], { cwd: repository, encoding: 'utf8' })

  it('npm run chaos prints its help and exits with 0', () => {
    const { status, stdout, stderr } = chaos('--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('--seed N')
  })

  it('npm run chaos prints one line and exits with 2 when an argument is invalid', () => {
    const { status, stdout, stderr } = chaos('--users', '0')
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'chaos: --users 0: expected a whole number from 1 to 1000000\n',
    })
  })
})
