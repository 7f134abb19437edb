import type { CognitoEvent } from '../../src/shared/cognito/event.ts'
import { defineTrigger, type TriggerFactory } from '../../src/shared/lambda/define-trigger.ts'
import type { InvocationContext } from '../../src/shared/lambda/handler.ts'
import type { HandlerSettings } from '../../src/shared/lambda/settings.ts'
import type { Clock } from '../../src/shared/rules/invocation.ts'
import { deny, done, respond, skip } from '../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../src/shared/rules/rule.ts'
import type { Approving, Working } from '../../src/shared/rules/trigger.ts'

/** The answer of a sample refusing trigger. Like the answer of pre token generation, it has a field that is an object. */
export interface PreAnswer {
  readonly autoConfirmUser?: boolean
  readonly claims?: { readonly [name: string]: string }
}

export interface PreEvent extends CognitoEvent {
  readonly response: PreAnswer
}

export interface Pre extends Approving {
  readonly name: 'PreSignUp'
  readonly event: PreEvent
  readonly answer: PreAnswer
}

export interface Post extends Working {
  readonly name: 'PostConfirmation'
  readonly event: CognitoEvent
  readonly answer: never
}

const TYPES: Readonly<Record<string, string>> = { autoConfirmUser: 'boolean', claims: 'object' }

export const pre: TriggerFactory<Pre> = defineTrigger<Pre>({
  ...{ name: 'PreSignUp', refuses: true, approves: true, onError: 'fail' },
  combine: (earlier, later) => ({ ...earlier, ...later }),
  encode(answer) {
    for (const [field, value] of Object.entries(answer ?? {})) {
      if (TYPES[field] !== typeof value) throw new TypeError(`'${field}' is a ${typeof value}`)
    }
    return answer && { ...answer }
  },
})

export const post: TriggerFactory<Post> = defineTrigger<Post>({ name: 'PostConfirmation', works: true, onError: 'continue' })

/** Creates a pre sign-up event with extra fields that no type declares. */
export function preEvent(change: object = {}): PreEvent {
  const text = JSON.stringify({
    version: '1',
    triggerSource: 'PreSignUp_SignUp',
    region: 'eu-west-1',
    userPoolId: 'eu-west-1_pool',
    userName: 'mary',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'app-client' },
    request: { userAttributes: { email: 'mary@example.com' }, validationData: null, addedBySomeday: { deep: [1, null] } },
    response: { autoConfirmUser: false, autoVerifyEmail: null },
    addedToo: 'kept',
    ...change,
  })
  return JSON.parse(text)
}

export function postEvent(change: object = {}): Post['event'] {
  const text = JSON.stringify({ ...preEvent(), triggerSource: 'PostConfirmation_ConfirmSignUp', response: {}, ...change })
  return JSON.parse(text)
}

/** Casts any value to an event, because Lambda may pass any JSON to a handler. */
export function unchecked<E>(input: unknown): E {
  return input as E
}

export interface Line {
  readonly [field: string]: unknown
}

/** Collects the lines that a handler writes. */
export function collector(): { readonly write: (line: string) => void; readonly raw: () => string; readonly lines: () => Line[] } {
  const written: string[] = []
  return {
    write: (line) => void written.push(line),
    raw: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line)),
  }
}

/** The result of an invocation: the answer, or the error that Lambda would report. */
export interface Result {
  readonly answer?: unknown
  readonly error?: { readonly name: string; readonly message: string; readonly text: string }
}

export async function captureResult(invocation: Promise<unknown>): Promise<Result> {
  try {
    return { answer: await invocation }
  } catch (error) {
    if (!(error instanceof Error)) throw new TypeError(`the handler threw a value that is not an Error: ${String(error)}`)
    return { error: { name: error.name, message: error.message, text: `${error.stack}${JSON.stringify(error)}` } }
  }
}

export interface Ran extends Result {
  readonly lines: readonly Line[]
  readonly raw: string
}

/** Runs a handler of the `pre` trigger once. */
export async function runPre(
  rules: readonly Rule<Pre>[],
  input: unknown = preEvent(),
  settings: HandlerSettings<Pre> = {},
  context: InvocationContext = { awsRequestId: 'request-1' },
): Promise<Ran> {
  const out = collector()
  const handler = pre({ write: out.write, ...settings }, ...rules)
  const result = await captureResult(handler(unchecked(input), context))
  return { ...result, lines: out.lines(), raw: out.raw() }
}

/** A clock that only `advance` moves. */
export interface ManualClock extends Clock {
  readonly advance: (ms: number) => void
  /** Returns the number of waiting timers. */
  readonly pending: () => number
}

export function manualClock(start = 0): ManualClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      now += ms
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at <= now && timers.delete(timer)) timer.callback()
      }
    },
    pending: () => timers.size,
  }
}

/** Waits for a few turns of the event loop, so that pending promises settle. */
export async function flushPromises(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export const confirm: Rule<Pre> = defineRule<Pre>('confirm', () => respond({ autoConfirmUser: true }))
export const noOpinion: Rule<Pre> = defineRule<Pre>('no-opinion', () => skip())
export const refuse: Rule<Pre> = defineRule<Pre>('refuse', () => deny('not-invited', 'You need an invitation'))
export const hang: Rule<Pre> = defineRule<Pre>('hang', () => new Promise(() => undefined))
export const crash: Rule<Pre> = defineRule<Pre>('crash', () => {
  throw new RangeError('a secret that only the rule knows')
})
export const work: Rule<Post> = defineRule<Post>('work', () => done())
export const hangAfter: Rule<Post> = defineRule<Post>('hang-after', () => new Promise(() => undefined))

export const MASKED = 'Something went wrong, please try again later'
