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
/** A middleware may do what its types forbid: `readonly` is no lock. */
const edit = (target: unknown, change: object): void => void Object.assign(Object(target), change)

/** When an attack keeps an approval from standing; a denial stands wherever the rules were asked. */
type Harm = 'none' | 'before-the-rules' | 'after-the-rules'

/** Every attack that a middleware could make on a decision. */
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
    name: 'an onError that takes the error away',
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
    name: 'an after that edits the answer to the bottom',
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
    name: 'a before that edits the event to the bottom',
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
    name: 'a before that takes the event away',
    middleware: () => ({ before: (request) => edit(request, { event: undefined }) }),
    harm: 'none',
  },
  {
    name: 'a middleware that edits the response of the event at every turn',
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
    name: 'an after that throws something that cannot be looked at',
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

/** Refuses everybody but one user, whom only a middleware can make of mary. */
const onlyInvited: Rule<Pre> = defineRule<Pre>('only-invited', ({ user, event }) =>
  user.userName === 'invited' || event.triggerSource === 'PreSignUp_AdminCreateUser' || user.email === 'edited@example.com'
    ? skip()
    : { kind: 'deny', reason: 'not-invited', message: 'You need an invitation' },
)
const claims: Rule<Pre> = defineRule<Pre>('claims', () => respond({ claims: { role: 'user' } }))

/** Runs with a clock that goes past the deadline once nothing moves any more: no attack may hold an invocation for longer. */
async function underAttack(rules: readonly Rule<Pre>[], middleware: readonly Middleware[]): Promise<Ran> {
  const clock = manualClock()
  const running = runPre(rules, preEvent(), { middleware, clock })
  await flushPromises()
  clock.advance(4000)
  const ran = await running
  expect(clock.pending()).toBe(0)
  return ran
}

describe.each(attacks)('$name', ({ middleware, harm, reason }) => {
  it('turns no denial into an approval', async () => {
    const { answer, error, lines, raw } = await underAttack([onlyInvited, confirm], [middleware()])
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

  it('turns no broken rule into an approval', async () => {
    const { answer, error, lines } = await underAttack([crash, confirm], [middleware()])
    expect(answer).toBeUndefined()
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(lines[0]).toMatchObject({ decision: 'failed' })
  })

  it('adds nothing to an approval', async () => {
    const { answer, error, lines } = await underAttack([claims], [middleware()])
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

describe('a middleware of the user', () => {
  it('really turns a denial into an approval inside middy, which is why the answer is made outside', async () => {
    const denying = middy(() => {
      throw new Error('denied')
    }).use({ onError: () => approval() })
    await expect(denying({}, unchecked({}))).resolves.toEqual(approval())
  })

  it('sees the event, the context, the answer and the error', async () => {
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

  it('never sees the error of a rule', async () => {
    const errors: string[] = []
    await runPre([crash], preEvent(), { middleware: [{ onError: ({ error }) => void errors.push(`${error?.stack}`) }] })
    expect(errors).toEqual([`TriggerFailedError: ${MASKED}`])
  })

  it('runs in the order of middy: before from first to last, after from last to first', async () => {
    const order: string[] = []
    const named = (name: string): Middleware => ({ before: () => void order.push(name), after: () => void order.push(name) })
    await runPre([noOpinion], preEvent(), { middleware: [named('first'), named('second')] })
    expect(order).toEqual(['first', 'second', 'second', 'first'])
  })

  it('does not run for what is no event, but its onError does', async () => {
    const before = vi.fn()
    const onError = vi.fn()
    await runPre([noOpinion], 7, { middleware: [{ before, onError }] })
    expect(before).not.toHaveBeenCalled()
    expect(onError).toHaveBeenCalledOnce()
  })

  it('is refused when the handler is made if it has no hook', () => {
    expect(() => pre({ middleware: [{}] }, noOpinion)).toThrow(/Middleware must/)
  })

  it('that goes on after the deadline asks no rule any more', async () => {
    const asked = vi.fn(() => skip())
    const clock = manualClock()
    let goOn: () => void = () => undefined
    const middleware: Middleware[] = [
      {
        before: () =>
          new Promise<void>((resolve) => {
            goOn = resolve
          }),
      },
    ]
    const running = runPre([defineRule<Pre>('asked', asked)], preEvent(), { middleware, clock })
    await flushPromises()
    clock.advance(4000)
    const { error, lines } = await running
    goOn()
    await flushPromises()
    expect(error?.name).toBe('TriggerFailedError')
    expect(lines).toHaveLength(2)
    expect(asked).not.toHaveBeenCalled()
    expect(clock.pending()).toBe(0)
  })
})
