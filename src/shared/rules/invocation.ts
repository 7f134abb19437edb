import type { AttributeMap } from '../cognito/event.ts'
import { DeadlineExceededError } from './errors.ts'
import type { RuleContext, RuleUser, Trigger, TriggerContract } from './trigger.ts'

// What one invocation gives to its rules: a frozen copy of the event, its user, and a deadline with a signal.

/** Real events hold strings only; AWS's printed samples, which people paste into the console's test tab, hold booleans too. */
function readAttributes(raw: unknown): AttributeMap {
  // Not Object.create(null), whose objects take twice as long to fill and freeze.
  const attributes: Record<string, string> = Object.setPrototypeOf({}, null)
  if (typeof raw !== 'object' || raw === null) return attributes
  for (const name of Object.keys(raw)) {
    const value: unknown = Reflect.get(raw, name)
    if (typeof value === 'string') attributes[name] = value
    else if (typeof value === 'boolean') attributes[name] = String(value)
  }
  return Object.freeze(attributes)
}

/** An attribute that is there and not empty: Cognito sends `''` for some that are not set. */
function present(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Reads the user out of an event, whatever is missing from it. */
export function readUser(
  event: { readonly userName?: unknown; readonly request?: { readonly userAttributes?: unknown } | null } | null | undefined,
): RuleUser {
  return createUser(event?.userName, event?.request?.userAttributes)
}

/**
 * Makes the user of an event that holds the attributes elsewhere than most do.
 *
 * @param raw The attributes. Values that are neither texts nor booleans are left out.
 */
export function createUser(userName: unknown, raw: unknown): RuleUser {
  const attributes = readAttributes(raw)
  return Object.freeze({
    userName: typeof userName === 'string' ? userName : '',
    sub: present(attributes.sub),
    email: present(attributes.email),
    emailVerified: attributes.email_verified === 'true',
    phoneNumber: present(attributes.phone_number),
    phoneNumberVerified: attributes.phone_number_verified === 'true',
    status: present(attributes['cognito:user_status']),
    attributes,
  })
}

/** Something whose end can be listened to; the signal is made when it is first asked for. */
interface Timed {
  readonly signal: () => AbortSignal
}

const TIME: unique symbol = Symbol('time')

/**
 * The getter of every context's signal. One that stands in an object literal is a new function each time, and engines then
 * give each object a shape of its own: whatever reads such a context takes several times as long.
 */
const SIGNAL: PropertyDescriptor & ThisType<{ readonly [TIME]: Timed }> = {
  // A copy of a context, made to change something about it, has a signal too.
  enumerable: true,
  get() {
    return this[TIME].signal()
  },
}

/** Of a deadline nothing but its signal: a rule could find the rest behind the symbol. */
function toSignalOnly(time: Timed): Timed {
  return Object.freeze({ signal: time.signal })
}

/** Adds the signal to a context, and freezes it: all rules of an invocation share it. */
function complete(ctx: { readonly [TIME]: Timed }): asserts ctx is { readonly [TIME]: Timed; readonly signal: AbortSignal } {
  Object.freeze(Object.defineProperty(ctx, 'signal', SIGNAL))
}

/**
 * Makes the context of an invocation.
 *
 * @param event Rules get a frozen copy, so that none can change what another one sees or what Cognito gets.
 */
export function createContext<T extends Trigger>(
  event: T['event'],
  time: Timed,
  contract: Pick<TriggerContract, 'name' | 'userOf'>,
): RuleContext<T> {
  const ctx = {
    trigger: contract.name,
    event: frozenCopy(event),
    user: contract.userOf?.(event) ?? readUser(event),
    appClient: present(event?.callerContext?.clientId),
    [TIME]: toSignalOnly(time),
  }
  complete(ctx)
  return ctx
}

/** Makes the context of a rule that has less time than the invocation. */
export function narrowContext<T extends Trigger>(ctx: RuleContext<T>, time: Timed): RuleContext<T> {
  const narrow = {
    trigger: ctx.trigger,
    event: ctx.event,
    user: ctx.user,
    appClient: ctx.appClient,
    invocation: ctx.invocation ?? ctx,
    [TIME]: toSignalOnly(time),
  }
  complete(narrow)
  return narrow
}

/**
 * Returns a copy of an event for rules to read, frozen with everything inside it. A rule that writes to it throws, and the engine
 * takes that for an error of the rule. The event itself stays as it is: Cognito gets it back, and a caller may go on to edit it.
 *
 * @param value JSON, as an event is: a value that contains itself never ends.
 */
export function frozenCopy<V>(value: V): V {
  return typeof value === 'object' && value !== null ? copyObject(value) : value
}

function copyObject<V extends object>(value: V): V
function copyObject(value: object): object {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy))
  const copy: Record<string, unknown> = { ...value }
  // An own `__proto__` is a field like any other here, since the spread has made it one.
  for (const key of Object.keys(copy)) {
    const field = copy[key]
    if (typeof field === 'object' && field !== null) copy[key] = copyObject(field)
  }
  return Object.freeze(copy)
}

/** Whether a value is an object with keys, as zod's objects have it, which neither null nor an array is. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where time comes from; the default is the process's own monotonic clock. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  readonly now: () => number
  /** Calls back once after that many milliseconds; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void
}

/** The process's monotonic clock: a change of the wall clock must not lengthen a deadline. */
export const processClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** A moment by which work must have ended. Work that has not ended then is given up; its signal tells it so. */
export interface Deadline {
  /** Aborted at the deadline. Made when first asked for. */
  readonly signal: () => AbortSignal
  readonly remainingMs: () => number
  /** Settles as the work does, or rejects with {@link DeadlineExceededError} when the time is over. */
  readonly race: <V>(work: PromiseLike<V>) => Promise<V>
  /** A deadline that is no later than this one. */
  readonly within: (ms: number) => Deadline
  /** Calls back at the deadline; the returned function cancels. */
  readonly onExpiry: (callback: () => void) => () => void
  /** Stops the timer, when the work is over before its time. */
  readonly close: () => void
}

/**
 * Starts a deadline that many milliseconds from now. The timer is armed when somebody first waits.
 *
 * @example
 * const deadline = startDeadline(4000, processClock)
 * await deadline.race(fetchBlocks({ signal: deadline.signal() }))
 */
export function startDeadline(ms: number, clock: Clock): Deadline {
  const expiresAt = clock.now() + ms
  // Both made when there is something to keep: most invocations wait for nothing.
  let waiting: Set<() => void> | undefined
  let parts: Deadline[] | undefined
  let controller: AbortController | undefined
  let cancel: (() => void) | undefined
  let closed = false
  let expired = false

  // Timers can fire a little early by the clock: once one has fired the time is over, whatever the clock says.
  const remainingMs = (): number => (expired ? 0 : expiresAt - clock.now())
  const expire = (): void => {
    expired = true
    controller?.abort(new DeadlineExceededError())
    for (const callback of [...(waiting ?? [])]) callback()
    waiting?.clear()
  }
  const arm = (): void => {
    if (!closed) cancel ??= clock.after(Math.max(0, Math.ceil(remainingMs())), expire)
  }
  const onExpiry = (callback: () => void): (() => void) => {
    waiting ??= new Set()
    waiting.add(callback)
    arm()
    return () => waiting?.delete(callback)
  }

  return {
    signal() {
      if (controller === undefined) {
        controller = new AbortController()
        if (remainingMs() <= 0) controller.abort(new DeadlineExceededError())
        else arm()
      }
      return controller.signal
    },
    remainingMs,
    onExpiry,
    race<V>(work: PromiseLike<V>): Promise<V> {
      const raced = new Promise<V>((resolve, reject) => {
        if (expired) reject(new DeadlineExceededError())
        const stopWaiting = onExpiry(() => reject(new DeadlineExceededError()))
        work.then(
          (value) => {
            stopWaiting()
            resolve(value)
          },
          (error) => {
            stopWaiting()
            reject(error)
          },
        )
      })
      // A rule may leave this promise behind, and a rejection that nothing waits for ends the process.
      raced.catch(() => undefined)
      return raced
    },
    within(shorterMs) {
      const part = startDeadline(Math.min(shorterMs, remainingMs()), clock)
      parts ??= []
      parts.push(part)
      return part
    },
    close() {
      closed = true
      cancel?.()
      for (const part of parts ?? []) part.close()
    },
  }
}

/**
 * A value, or the promise of one. Most rules answer at once, and a promise for each of them, with the turn that it takes, would
 * cost more than the rules do.
 */
export type MaybePromise<V> = V | Promise<V>

/** Whether a value has to be waited for. */
export function isThenable<V>(value: MaybePromise<V>): value is Promise<V> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Goes on with a value: at once where it is there, later where it is not. */
export function andThen<V, W>(value: MaybePromise<V>, next: (value: V) => MaybePromise<W>): MaybePromise<W> {
  return isThenable(value) ? value.then(next) : next(value)
}
