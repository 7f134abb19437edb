import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { FAULTS, faultPlan } from '../../chaos/faults.ts'
import { readOptions } from '../../chaos/options.ts'
import { makeUsers } from '../../chaos/users.ts'
import { UsageError } from '../../src/tools/lib/errors.ts'
import { repository } from '../support/built.ts'

const calls = Array.from({ length: 10_000 }, (_, index) => `UpdateItem profiles user-${index}`)

describe('a plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => calls.map((call) => faultPlan({ seed, percent: 20 })(call, 0))
    expect(of(1)).toEqual(of(1))
    expect(of(2)).not.toEqual(of(1))
  })

  it('meets as many calls as told, with each fault about as often', () => {
    const plan = faultPlan({ seed: 7, percent: 20 })
    const met = calls.flatMap((call) => plan(call, 0) ?? [])
    expect(met.length).toBeGreaterThan(1800)
    expect(met.length).toBeLessThan(2200)
    for (const fault of FAULTS) expect(met.filter((each) => each.fault === fault).length).toBeGreaterThan(met.length / FAULTS.length / 2)
  })

  it('does not meet a repeated call with the same fault for ever', () => {
    const plan = faultPlan({ seed: 7, percent: 20 })
    const repeated = Array.from({ length: 1000 }, (_, occurrence) => plan('SendEmail ann@example.com', occurrence))
    expect(repeated.filter((each) => each !== undefined).length).toBeGreaterThan(100)
    expect(repeated.filter((each) => each === undefined).length).toBeGreaterThan(600)
  })

  it('leaves all calls alone at 0 and none at 100', () => {
    const met = (percent: number) => calls.flatMap((call) => faultPlan({ seed: 3, percent })(call, 0) ?? []).length
    expect([met(0), met(100)]).toEqual([0, calls.length])
  })
})

describe('the users of a seed', () => {
  it('are the same for the same seed, and no two have one sub or one address', () => {
    const users = makeUsers(11, 10_000)
    expect(makeUsers(11, 10_000)).toEqual(users)
    expect(new Set(users.map(({ sub }) => sub)).size).toBe(users.length)
    expect(new Set(users.map(({ email }) => email)).size).toBe(users.length)
  })

  it('are members for the most part, with strangers, blocked ones and some from before among them', () => {
    const users = makeUsers(11, 1000)
    for (const kind of ['member', 'stranger', 'blocked', 'veteran'])
      expect(users.filter((user) => user.kind === kind).length).toBeGreaterThan(20)
  })
})

describe('the arguments of the command', () => {
  it('are 10,000 users, faults on 20 % of calls and both ways of a cut-off unless told', () => {
    expect(readOptions([])).toMatchObject({ users: 10_000, percent: 20, deliveries: ['at-most-once', 'at-least-once'], log: undefined })
  })

  it('are taken as given', () => {
    expect(
      readOptions(['--seed', '5', '--users', '40', '--faults', '12.5', '--delivery', 'at-least-once', '--log', 'handlers.log']),
    ).toEqual({
      seed: 5,
      users: 40,
      percent: 12.5,
      deliveries: ['at-least-once'],
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
    [['--delivery', 'twice'], '--delivery twice: expected one of at-most-once, at-least-once'],
    [['--user', '1'], "Unknown option '--user'; npm run chaos -- --help tells more"],
    [['replay'], "Unexpected argument 'replay'"],
  ])('are refused in plain words: %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })
})

describe('the command', () => {
  const chaos = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['chaos/main.ts', ...args], { cwd: repository, encoding: 'utf8' })

  it('tells its help and ends well', () => {
    const { status, stdout, stderr } = chaos('--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('--seed N')
  })

  it('ends with 2 and one plain line when it is used wrongly', () => {
    const { status, stdout, stderr } = chaos('--users', '0')
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'chaos: --users 0: expected a whole number from 1 to 1000000\n',
    })
  })
})
