import middy, { type MiddlewareObj } from '@middy/core'
import { describe, expect, it, vi } from 'vitest'
import { respond, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import {
  confirm,
  crash,
  flushPromises,
  MASKED,
  manualClock,
  noOpinion,
  type Pre,
  type PreEvent,
  pre,
  preEvent,
  type Ran,
  refuse,
  runPre,
  unchecked,
} from '../../support/harness.ts'

type Middleware = MiddlewareObj<PreEvent, PreEvent>

const forever = (): Promise<never> => new Promise(() => undefined)
const approval = (): PreEvent => preEvent({ response: { autoConfirmUser: true, autoVerifyEmail: true } })
/** Changes an object, even its `readonly` properties, as middleware can at run time. */
const edit = (target: unknown, change: object): void => void Object.assign(Object(target), change)

/** The time at which an attack makes the handler fail, or `none`. A denial that precedes the attack stays a denial. */
type Harm = 'none' | 'before-the-rules' | 'after-the-rules'

/** Attacks by which a middleware could try to change a decision. */
const attacks: readonly {
  readonly name: string
  readonly middleware: () => Middleware
  readonly harm: Harm
  readonly reason?: string
}[] = [
  {
    name: 'a before that returns a value',
    middleware: () => ({ before: () => approval() }),
    harm: 'before-the-rules',
    reason: 'engine-never-ran',
  },
  {
    name: 'an asynchronous before that returns a value',
    middleware: () => ({ before: async () => approval() }),
    harm: 'before-the-rules',
    reason: 'engine-never-ran',
  },
  {
    name: 'a before that sets an early response',
    middleware: () => ({ before: (request) => edit(request, { earlyResponse: approval() }) }),
    harm: 'before-the-rules',
    reason: 'engine-never-ran',
  },
  { name: 'an onError that returns a value', middleware: () => ({ onError: () => approval() }), harm: 'none' },
  {
    name: 'an onError that sets the response',
    middleware: () => ({
      onError: (request) => {
        request.response = approval()
      },
    }),
    harm: 'none',
  },
  {
    name: 'an onError that removes the error',
    middleware: () => ({ onError: (request) => edit(request, { error: undefined, response: approval() }) }),
    harm: 'none',
  },
  {
    name: 'an onError that edits the error',
    middleware: () => ({ onError: (request) => edit(request.error, { name: 'Fine', message: 'fine', stack: '' }) }),
    harm: 'none',
  },
  {
    name: 'an onError that throws another error',
    middleware: () => ({
      onError: () => {
        throw new Error('another')
      },
    }),
    harm: 'none',
  },
  {
    name: 'an after that replaces the response',
    middleware: () => ({
      after: (request) => {
        request.response = approval()
      },
    }),
    harm: 'none',
  },
  { name: 'an after that returns a value', middleware: () => ({ after: () => approval() }), harm: 'none' },
  {
    name: 'an after that edits nested fields of the answer',
    middleware: () => ({
      after: ({ response }) => {
        edit(response?.response, { autoConfirmUser: true, autoVerifyEmail: true })
        edit(response?.response.claims, { role: 'admin' })
        edit(response?.request.userAttributes, { email: 'edited@example.com' })
        edit(response?.callerContext, { clientId: 'edited' })
      },
    }),
    harm: 'none',
  },
  {
    name: 'a before that edits nested fields of the event',
    middleware: () => ({
      before: ({ event }) => {
        edit(event, { userName: 'invited', triggerSource: 'PreSignUp_AdminCreateUser' })
        edit(event.request.userAttributes, { email: 'edited@example.com' })
        edit(event.callerContext, { clientId: 'edited' })
        edit(event.response, { autoConfirmUser: true })
      },
    }),
    harm: 'none',
  },
  {
    name: 'a before that replaces the event',
    middleware: () => ({
      before: (request) => {
        request.event = preEvent({ userName: 'invited', response: { autoConfirmUser: true } })
      },
    }),
    harm: 'none',
  },
  {
    name: 'a before that removes the event',
    middleware: () => ({ before: (request) => edit(request, { event: undefined }) }),
    harm: 'none',
  },
  {
    name: 'a before, after and onError that edit the response of the event',
    middleware: () => {
      const confirmThem = ({ event }: { event: PreEvent }): void => edit(event.response, { autoConfirmUser: true })
      return { before: confirmThem, after: confirmThem, onError: confirmThem }
    },
    harm: 'none',
  },
  {
    name: 'a before that throws undefined',
    middleware: () => ({
      before: () => {
        throw undefined
      },
    }),
    harm: 'before-the-rules',
    reason: 'error',
  },
  {
    name: 'a before that throws, and an onError that returns a value',
    middleware: () => ({
      before: () => {
        throw new Error('before')
      },
      onError: () => approval(),
    }),
    harm: 'before-the-rules',
    reason: 'engine-never-ran',
  },
  {
    name: 'an after that throws undefined',
    middleware: () => ({
      after: () => {
        throw undefined
      },
    }),
    harm: 'after-the-rules',
    reason: 'error',
  },
  {
    name: 'an after that throws a proxy whose properties cannot be read',
    middleware: () => ({
      after: () => {
        throw new Proxy(new Error('hidden'), {
          has: () => {
            throw new Error('a secret of the proxy')
          },
          get: () => {
            throw new Error('a secret of the proxy')
          },
        })
      },
    }),
    harm: 'after-the-rules',
    reason: 'error',
  },
  { name: 'a before that hangs', middleware: () => ({ before: forever }), harm: 'before-the-rules', reason: 'deadline-exceeded' },
  { name: 'an after that hangs', middleware: () => ({ after: forever }), harm: 'after-the-rules', reason: 'deadline-exceeded' },
  { name: 'an onError that hangs', middleware: () => ({ onError: forever }), harm: 'none' },
]

/** Denies the tested user. Skips only if an attack has changed the engine's event. */
const onlyInvited: Rule<Pre> = defineRule<Pre>('only-invited', ({ user, event }) =>
  user.userName === 'invited' || event.triggerSource === 'PreSignUp_AdminCreateUser' || user.email === 'edited@example.com'
    ? skip()
    : { kind: 'deny', reason: 'not-invited', message: 'You need an invitation' },
)
const claims: Rule<Pre> = defineRule<Pre>('claims', () => respond({ claims: { role: 'user' } }))

/** Runs the handler, and advances the clock past the deadline, so that a hanging middleware ends. */
async function runAttack(rules: readonly Rule<Pre>[], middleware: readonly Middleware[]): Promise<Ran> {
  const clock = manualClock()
  const running = runPre(rules, preEvent(), { middleware, clock })
  await flushPromises()
  clock.advance(4000)
  const ran = await running
  expect(clock.pending()).toBe(0)
  return ran
}

describe.each(attacks)('a handler with $name', ({ middleware, harm, reason }) => {
  it('does not turn a denial into an approval', async () => {
    const { answer, error, lines, raw } = await runAttack([onlyInvited, confirm], [middleware()])
    expect(answer).toBeUndefined()
    expect(raw).not.toContain('a secret of the proxy')
    if (harm === 'before-the-rules') {
      expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
      expect(lines[0]).toMatchObject({ decision: 'failed', decidedBy: 'handler', reason })
    } else {
      expect(error).toMatchObject({ name: 'TriggerDeniedError', message: 'You need an invitation' })
      expect(lines[0]).toMatchObject({ decision: 'denied', decidedBy: 'only-invited', reason: 'not-invited', appClient: 'app-client' })
    }
  })

  it('does not turn the error of a rule into an approval', async () => {
    const { answer, error, lines } = await runAttack([crash, confirm], [middleware()])
    expect(answer).toBeUndefined()
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(lines[0]).toMatchObject({ decision: 'failed' })
  })

  it('fails or returns the unchanged answer of the rules, whatever the middleware does', async () => {
    const { answer, error, lines } = await runAttack([claims], [middleware()])
    if (harm === 'none') {
      const response = { autoConfirmUser: false, autoVerifyEmail: null, claims: { role: 'user' } }
      expect(answer).toStrictEqual({ ...preEvent(), response })
      expect(lines[0]).toMatchObject({ decision: 'proceed', decidedBy: null, reason: null, appClient: 'app-client' })
    } else {
      expect(answer).toBeUndefined()
      expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
      expect(lines[0]).toMatchObject({ decision: 'failed', decidedBy: 'handler', reason })
    }
  })
})

describe('middleware in the settings', () => {
  it('in plain middy, onError can turn a denial into an approval (so our handler builds its answer outside middy)', async () => {
    const denying = middy(() => {
      throw new Error('denied')
    }).use({ onError: () => approval() })
    await expect(denying({}, unchecked({}))).resolves.toEqual(approval())
  })

  it('passes the event, the context, the answer and the error to middleware', async () => {
    const seen: unknown[] = []
    const middleware: Middleware[] = [
      {
        before: ({ event, context }) => void seen.push(event, context.awsRequestId),
        after: ({ response }) => void seen.push(response?.response.autoConfirmUser),
        onError: ({ error }) => void seen.push(error?.name),
      },
    ]
    await runPre([confirm], preEvent(), { middleware })
    await runPre([refuse], preEvent(), { middleware })
    await runPre([crash], preEvent(), { middleware })
    expect(seen).toEqual([
      ...[preEvent(), 'request-1', true],
      ...[preEvent(), 'request-1', 'TriggerDeniedError'],
      ...[preEvent(), 'request-1', 'TriggerFailedError'],
    ])
  })

  it('passes a TriggerFailedError to middleware instead of the error of a rule', async () => {
    const errors: string[] = []
    await runPre([crash], preEvent(), { middleware: [{ onError: ({ error }) => void errors.push(`${error?.stack}`) }] })
    expect(errors).toEqual([`TriggerFailedError: ${MASKED}`])
  })

  it('runs before hooks from first to last, and after hooks from last to first', async () => {
    const order: string[] = []
    const named = (name: string): Middleware => ({ before: () => void order.push(name), after: () => void order.push(name) })
    await runPre([noOpinion], preEvent(), { middleware: [named('first'), named('second')] })
    expect(order).toEqual(['first', 'second', 'second', 'first'])
  })

  it('runs only the onError hook of a middleware for an invalid event', async () => {
    const before = vi.fn()
    const onError = vi.fn()
    await runPre([noOpinion], 7, { middleware: [{ before, onError }] })
    expect(before).not.toHaveBeenCalled()
    expect(onError).toHaveBeenCalledOnce()
  })

  it('rejects a middleware without a hook when the handler is created', () => {
    expect(() => pre({ middleware: [{}] }, noOpinion)).toThrow(/Middleware must/)
  })

  it('starts no rule if a before hook ends after the deadline', async () => {
    const evaluate = vi.fn(() => skip())
    const clock = manualClock()
    let endBefore: () => void = () => undefined
    const middleware: Middleware[] = [
      {
        before: () =>
          new Promise<void>((resolve) => {
            endBefore = resolve
          }),
      },
    ]
    const running = runPre([defineRule<Pre>('never-runs', evaluate)], preEvent(), { middleware, clock })
    await flushPromises()
    clock.advance(4000)
    const { error, lines } = await running
    endBefore()
    await flushPromises()
    expect(error?.name).toBe('TriggerFailedError')
    expect(lines).toHaveLength(2)
    expect(evaluate).not.toHaveBeenCalled()
    expect(clock.pending()).toBe(0)
  })
})
