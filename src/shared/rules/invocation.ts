import type { AttributeMap } from '../cognito/event.ts'
import { DeadlineExceededError } from './errors.ts'
import type { RuleContext, RuleUser, Trigger, TriggerContract } from './trigger.ts'

// The context of an invocation: a frozen copy of the event, its user, and a deadline with an AbortSignal.

/**
 * Reads string attributes, and converts booleans to strings. Cognito sends only strings, but the sample events in the AWS docs contain
 * booleans.
 */
function readAttributes(raw: unknown): AttributeMap {
  // Do not use Object.create(null), because its objects take twice as long to fill and freeze.
  const attributes: Record<string, string> = Object.setPrototypeOf({}, null)
  if (typeof raw !== 'object' || raw === null) return attributes
  for (const name of Object.keys(raw)) {
    const value: unknown = Reflect.get(raw, name)
    if (typeof value === 'string') attributes[name] = value
    else if (typeof value === 'boolean') attributes[name] = String(value)
  }
  return Object.freeze(attributes)
}

/** Returns a non-empty string, or undefined. Cognito sends `''` for some attributes that are not set. */
function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Reads the user of an event. Fields may be missing. */
export function readUser(
  event: { readonly userName?: unknown; readonly request?: { readonly userAttributes?: unknown } | null } | null | undefined,
): RuleUser {
  return createUser(event?.userName, event?.request?.userAttributes)
}

/**
 * Creates the user of an event whose attributes are not in `request.userAttributes`.
 *
 * @param raw The attributes. Values that are neither strings nor booleans are ignored.
 */
export function createUser(userName: unknown, raw: unknown): RuleUser {
  const attributes = readAttributes(raw)
  return Object.freeze({
    userName: typeof userName === 'string' ? userName : '',
    sub: nonEmpty(attributes.sub),
    email: nonEmpty(attributes.email),
    emailVerified: attributes.email_verified === 'true',
    phoneNumber: nonEmpty(attributes.phone_number),
    phoneNumberVerified: attributes.phone_number_verified === 'true',
    status: nonEmpty(attributes['cognito:user_status']),
    attributes,
  })
}

/** An object with a `signal` getter, which creates the AbortSignal when first read. */
interface Timed {
  readonly signal: () => AbortSignal
}

const TIME: unique symbol = Symbol('time')

/**
 * The getter of every context's signal. All contexts share this one function. A getter in an object literal would be a new function
 * for each context, and V8 would give each context its own hidden class, which makes reads several times slower.
 */
const SIGNAL: PropertyDescriptor & ThisType<{ readonly [TIME]: Timed }> = {
  // The getter is enumerable, so that a spread copy of a context also has a signal.
  enumerable: true,
  get() {
    return this[TIME].signal()
  },
}

/** Returns an object with the deadline's signal only. Rules can reach this object by its symbol, and must not reach the whole deadline. */
function toSignalOnly(time: Timed): Timed {
  return Object.freeze({ signal: time.signal })
}

/** Adds the signal to a context, and freezes the context, because all rules of an invocation share it. */
function addSignal(ctx: { readonly [TIME]: Timed }): asserts ctx is { readonly [TIME]: Timed; readonly signal: AbortSignal } {
  Object.freeze(Object.defineProperty(ctx, 'signal', SIGNAL))
}

/**
 * Creates the context of an invocation.
 *
 * @param event Rules get a frozen copy, so that no rule can change the event for another rule or for Cognito.
 */
export function createContext<T extends Trigger>(
  event: T['event'],
  time: Timed,
  contract: Pick<TriggerContract, 'name' | 'userOf'>,
): RuleContext<T> {
  const ctx = {
    trigger: contract.name,
    event: frozenCopy(event),
    user: contract.userOf?.(event, undefined) ?? readUser(event),
    appClient: nonEmpty(event?.callerContext?.clientId),
    [TIME]: toSignalOnly(time),
  }
  addSignal(ctx)
  return ctx
}

/** Creates a context with another deadline or another user than the invocation's. */
export function narrowContext<T extends Trigger>(ctx: RuleContext<T>, time: Timed, user: RuleUser = ctx.user): RuleContext<T> {
  const narrow = {
    trigger: ctx.trigger,
    event: ctx.event,
    user,
    appClient: ctx.appClient,
    invocation: ctx.invocation ?? ctx,
    [TIME]: toSignalOnly(time),
  }
  addSignal(narrow)
  return narrow
}

/**
 * Returns a deeply frozen copy of a value. A rule that writes to a frozen event throws, which is an error of the rule. The original
 * event stays unfrozen, because it is returned to Cognito and a middleware may edit it.
 *
 * @param value A JSON value, such as an event. A circular reference causes infinite recursion.
 */
export function frozenCopy<V>(value: V): V {
  return typeof value === 'object' && value !== null ? copyObject(value) : value
}

function copyObject<V extends object>(value: V): V
function copyObject(value: object): object {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy))
  const copy: Record<string, unknown> = { ...value }
  // The object spread has made `__proto__` an own field, so this assignment writes that field and not the prototype.
  for (const key of Object.keys(copy)) {
    const field = copy[key]
    if (typeof field === 'object' && field !== null) copy[key] = copyObject(field)
  }
  return Object.freeze(copy)
}

/** Returns true if a value is an object, but neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A source of time. The default is the process's monotonic clock. */
export interface Clock {
  /** Returns milliseconds since an arbitrary fixed time. */
  readonly now: () => number
  /** Calls `callback` once after `ms` milliseconds. The returned function cancels the call. */
  readonly after: (ms: number, callback: () => void) => () => void
}

/** The process's monotonic clock. Deadlines do not move if the system clock is changed. */
export const processClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** The time by which work must end. At the deadline, `race` rejects and the signal aborts. */
export interface Deadline {
  /** Returns a signal that is aborted at the deadline. It is created at the first call. */
  readonly signal: () => AbortSignal
  readonly remainingMs: () => number
  /** Settles as `work` does, or rejects with {@link DeadlineExceededError} at the deadline. */
  readonly race: <V>(work: PromiseLike<V>) => Promise<V>
  /** Starts a nested deadline that ends in `ms` milliseconds, or at this deadline if this deadline is earlier. */
  readonly within: (ms: number) => Deadline
  /** Calls `callback` at the deadline. The returned function cancels the call. */
  readonly onExpiry: (callback: () => void) => () => void
  /** Stops the timer. Call it when the work has ended before the deadline. */
  readonly close: () => void
}

/**
 * Starts a deadline. Its timer starts at the first `race`, `signal` or `onExpiry` call.
 *
 * @example
 * const deadline = startDeadline(4000, processClock)
 * await deadline.race(fetchBlocks({ signal: deadline.signal() }))
 */
export function startDeadline(ms: number, clock: Clock): Deadline {
  const expiresAt = clock.now() + ms
  // The timer and the signal are created on demand, because most invocations never wait.
  let waiting: Set<() => void> | undefined
  let parts: Deadline[] | undefined
  let controller: AbortController | undefined
  let cancel: (() => void) | undefined
  let closed = false
  let expired = false

  // A timer may fire slightly before the clock reaches the deadline. Once the timer has fired, no time remains.
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
      // Handle the rejection, because a rule may not await this promise, and an unhandled rejection would end the process.
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
 * A value or a promise of the value. Most rules are synchronous, and a promise for each rule would cost more time than the rules
 * themselves.
 */
export type MaybePromise<V> = V | Promise<V>

/** Returns true if a value has a `then`, and must be awaited. */
export function isThenable<V>(value: MaybePromise<V>): value is Promise<V> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Calls `next` with a value: synchronously if it is not a promise, otherwise when the promise resolves. */
export function andThen<V, W>(value: MaybePromise<V>, next: (value: V) => MaybePromise<W>): MaybePromise<W> {
  return isThenable(value) ? value.then(next) : next(value)
}
