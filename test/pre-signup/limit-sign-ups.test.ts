import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type LimitSignUpsOptions, limitSignUps } from '../../src/pre-signup/limit-sign-ups.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import type { Counter } from '../../src/shared/limits/counter.ts'
import { dynamoCounter } from '../../src/shared/limits/dynamo-counter.ts'
import { dynamoSlidingCounter } from '../../src/shared/limits/dynamo-sliding-counter.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import { memoryCounter } from '../../src/testing/memory-counter.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const hourly = { max: 2, windowSeconds: 3600, per: 'domain' } as const
const DENIED = { kind: 'denied', rule: 'limit-sign-ups', reason: 'too-many-sign-ups' }

/** Returns the sign-up of a user. Each name is another user. */
const signUp = (userName: string, email: string = `${userName}@example.com`) => preSignUpEvent({ email }, { userName })

/** Returns the kinds of the decisions about sign-ups, one after the other. */
async function decideAll(options: LimitSignUpsOptions, counter: Counter, events: readonly ReturnType<typeof signUp>[]) {
  const handler = preSignUp({ write: () => undefined }, limitSignUps(options, counter))
  const kinds: string[] = []
  for (const event of events) kinds.push((await handler.decide(event)).kind)
  return kinds
}

describe('limitSignUps', () => {
  it('denies a sign-up above the limit of its domain, and counts each domain on its own', async () => {
    const handler = preSignUp(limitSignUps(hourly, memoryCounter()))

    expect(await handler.decide(signUp('ann'))).toMatchObject({ kind: 'proceed' })
    expect(await handler.decide(signUp('bob', 'bob@EXAMPLE.com.'))).toMatchObject({ kind: 'proceed' })
    expect(await handler.decide(signUp('eve'))).toMatchObject({
      ...DENIED,
      message: 'There are too many sign-ups at the moment, please try again later',
    })
    expect(await handler.decide(signUp('eve', 'eve@example.org'))).toMatchObject({ kind: 'proceed' })
  })

  it('counts users without a readable address together', async () => {
    const events = [
      preSignUpEvent({}, { userName: 'ann' }),
      signUp('bob', 'not an address'),
      preSignUpEvent({ phone_number: '+49' }, { userName: 'eve' }),
    ]
    expect(await decideAll(hourly, memoryCounter(), events)).toEqual(['proceed', 'proceed', 'denied'])
  })

  it('counts per app client', async () => {
    const through = (userName: string, clientId: string | null) =>
      preSignUpEvent({ email: `${userName}@${userName}.example` }, { userName, callerContext: { awsSdkVersion: '3', clientId } })
    const events = [through('ann', 'web'), through('bob', 'web'), through('eve', 'web'), through('mary', 'mobile'), through('joe', null)]
    expect(await decideAll({ ...hourly, per: 'client' }, memoryCounter(), events)).toEqual([
      ...['proceed', 'proceed', 'denied', 'proceed', 'proceed'],
    ])
  })

  it('counts what a function returns, and does not count undefined', async () => {
    const per: LimitSignUpsOptions['per'] = async ({ user }) => user.email?.split('@')[0]
    const events = [signUp('ann', 'x@a.example'), signUp('bob', 'x@b.example'), signUp('eve', 'x@c.example')]
    expect(await decideAll({ ...hourly, per }, memoryCounter(), events)).toEqual(['proceed', 'proceed', 'denied'])

    const uncounted = ['ann', 'bob', 'eve'].map((userName) => preSignUpEvent({}, { userName }))
    expect(await decideAll({ ...hourly, per }, memoryCounter(), uncounted)).toEqual(['proceed', 'proceed', 'proceed'])
  })

  it('counts each user pool on its own', async () => {
    const inPool = (userName: string, userPoolId: string) => preSignUpEvent({ email: 'a@example.com' }, { userName, userPoolId })
    const events = [inPool('ann', 'eu-west-1_One'), inPool('bob', 'eu-west-1_Two'), inPool('eve', 'eu-west-1_One')]
    expect(await decideAll({ ...hourly, max: 1 }, memoryCounter(), events)).toEqual(['proceed', 'proceed', 'denied'])
  })

  it.each([
    ['an administrator', adminCreatedEvent],
    ['an identity provider', federatedEvent],
    ['an unknown source', () => preSignUpEvent(undefined, { triggerSource: 'PreSignUp_Telepathy' })],
  ])('counts a sign-up by %s too', async (_, create) => {
    const events = ['ann', 'bob', 'eve'].map((userName) => ({ ...create(), userName }))
    expect(await decideAll(hourly, memoryCounter(), events)).toEqual(['proceed', 'proceed', 'denied'])
  })

  it('counts a repeated event once', async () => {
    const events = [signUp('ann'), signUp('ann'), signUp('ann'), signUp('bob'), signUp('eve')]
    expect(await decideAll(hourly, memoryCounter(), events)).toEqual(['proceed', 'proceed', 'proceed', 'proceed', 'denied'])
  })

  it('counts every event without a user name, because they may be of several users', async () => {
    const events = ['a@example.com', 'b@example.com', 'c@example.com'].map((email) => signUp('', email))
    expect(await decideAll(hourly, memoryCounter(), events)).toEqual(['proceed', 'proceed', 'denied'])
  })

  it('does not count a sign-up that another rule denies, before or after it', async () => {
    const counter = memoryCounter()
    const refuse = preSignUp.rule('refuse', () => deny('no', 'No'))
    const refuseLater = preSignUp.rule('refuse-later', () => skip(), {
      commit: { reserve: () => deny('no', 'No'), release: () => undefined },
    })

    for (const userName of ['ann', 'bob', 'eve']) {
      expect(await preSignUp(limitSignUps(hourly, counter), refuse).decide(signUp(userName))).toMatchObject({ rule: 'refuse' })
      expect(await preSignUp(limitSignUps(hourly, counter), refuseLater).decide(signUp(userName))).toMatchObject({ rule: 'refuse-later' })
    }

    expect(await decideAll(hourly, counter, [signUp('ann'), signUp('bob'), signUp('eve')])).toEqual(['proceed', 'proceed', 'denied'])
  })

  it('releases nothing for a sign-up that it does not count', async () => {
    const counter = memoryCounter()
    counter.failWith(new Error('must not be called'))
    const refuseLater = preSignUp.rule('refuse-later', () => skip(), {
      commit: { reserve: () => deny('no', 'No'), release: () => undefined },
    })
    const handler = preSignUp(limitSignUps({ ...hourly, per: () => undefined }, counter), refuseLater)
    expect(await handler.decide(signUp('ann'))).toMatchObject({ rule: 'refuse-later' })
  })

  it('refuses the user if the counter fails, hangs or returns something else than a boolean, unless failOpen is composed', async () => {
    const rejecting = memoryCounter()
    rejecting.failWith(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
    const hanging = memoryCounter()
    hanging.hang('count')
    const broken: Counter = { ...memoryCounter(), count: async () => JSON.parse('null') }

    for (const [counter, name] of [
      [rejecting, 'ThrottlingException'],
      [hanging, 'DeadlineExceededError'],
      [broken, 'TypeError'],
    ] as const) {
      const rule = limitSignUps(hourly, counter)
      expect(await preSignUp({ deadlineMs: 100 }, rule).decide(signUp('ann'))).toMatchObject({ kind: 'failed', error: { name } })
      expect(await preSignUp({ deadlineMs: 100 }, failOpen(rule)).decide(signUp('ann'))).toMatchObject({ kind: 'proceed' })
    }
  })

  it('refuses the user if the function returns something else than a text', async () => {
    const per = (): string => JSON.parse('5')
    expect(await preSignUp(limitSignUps({ ...hourly, per }, memoryCounter())).decide(signUp('ann'))).toMatchObject({
      kind: 'failed',
      error: { message: 'per() returned a number; expected a string or undefined' },
    })
  })

  it('denies with its own message, and declares the permissions of its counter', async () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }]
    const counter: Counter = { ...memoryCounter(), permissions, count: async () => false }
    const rule = limitSignUps({ ...hourly, message: 'Try tomorrow.' }, counter)

    expect(rule).toMatchObject({ can: ['deny'], permissions, reasons: ['too-many-sign-ups'] })
    expect(await preSignUp(rule).decide(signUp('ann'))).toMatchObject({ ...DENIED, message: 'Try tomorrow' })
  })

  it.each<readonly [string, unknown, unknown, string]>([
    ['no options', undefined, memoryCounter(), 'limitSignUps(): the options are undefined; expected an object'],
    ['a misspelt option', { ...hourly, windows: 60 }, memoryCounter(), "limitSignUps(): unknown option 'windows'"],
    ['no limit', { per: 'domain' }, memoryCounter(), 'limitSignUps(): the limit is an object; expected { max, windowSeconds }'],
    ['a limit of 0', { ...hourly, max: 0 }, memoryCounter(), 'limitSignUps(): max is 0; expected an integer from 1'],
    ['another unit', { ...hourly, per: 'ip' }, memoryCounter(), "limitSignUps(): per is 'ip'; expected 'domain', 'client' or a function"],
    ['no unit', { max: 1, windowSeconds: 60 }, memoryCounter(), 'limitSignUps(): per is undefined; expected'],
    ['an empty message', { ...hourly, message: '.' }, memoryCounter(), 'the message is empty'],
    ['no counter', hourly, undefined, 'limitSignUps(): the counter is undefined; expected an object with a method count'],
    [
      'a counter without release',
      hourly,
      { count: () => true },
      'limitSignUps(): the counter is an object; expected an object with a method release',
    ],
  ])('throws when it is composed with %s', (_, options, counter, message) => {
    expect(() => Reflect.apply(limitSignUps, undefined, [options, counter])).toThrow(message)
  })
})

describe('limitSignUps with a table', () => {
  onEveryDynamoDb((engine) => {
    const signUpAll = async (counter: Counter, domain: string): Promise<number> => {
      const handler = preSignUp({ deadlineMs: 5000 }, limitSignUps({ max: 100, windowSeconds: 3600, per: 'domain' }, counter))
      const events = Array.from({ length: 200 }, (_, each) => signUp(`user-${each}`, `user-${each}@${domain}`))
      const decisions = await Promise.all(events.map((event) => handler.decide(event)))
      expect(decisions.filter(({ kind }) => kind === 'failed')).toEqual([])
      // Each admitted sign-up is admitted again, because a repeated event finds its own use.
      const repeated = await Promise.all(
        events.filter((_, each) => decisions[each]?.kind === 'proceed').map((event) => handler.decide(event)),
      )
      expect(repeated.filter(({ kind }) => kind !== 'proceed')).toEqual([])
      return decisions.filter(({ kind }) => kind === 'proceed').length
    }

    it.each([
      ['fixed', dynamoCounter],
      ['sliding', dynamoSlidingCounter],
    ])(
      'admits exactly 100 of 200 parallel sign-ups in a %s window',
      async (_, create) => {
        const now = () => new Date('2026-05-01T12:30:00Z')
        const counter = create({ documents: () => engine.documents(), table: engine.tables.limits, now })
        expect(await signUpAll(counter, `${randomUUID()}.example`)).toBe(100)
      },
      120_000,
    )
  })
})
