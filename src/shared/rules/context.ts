import { frozenCopy } from './isolate.ts'
import type { AttributeMap, Trigger } from './trigger.ts'

/** The user an event is about, read once and the same way for every rule. */
export interface User {
  /** As Cognito sent it: what was typed, a UUID, or `Provider_identifier`, depending on the pool; `''` when it sent none. */
  readonly userName: string
  /** Absent at pre sign-up, where the user does not exist yet. */
  readonly sub: string | undefined
  /** The email address as it came, neither parsed nor normalised. */
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly phoneNumber: string | undefined
  readonly phoneNumberVerified: boolean
  /** `cognito:user_status`, such as `CONFIRMED` or `EXTERNAL_PROVIDER`. */
  readonly status: string | undefined
  /** All attributes whose value is a string, or a boolean written as one. An object without a prototype. */
  readonly attributes: AttributeMap
}

/** What a rule sees of an invocation. */
export interface Context<T extends Trigger = Trigger> {
  /** The event as Cognito sent it, frozen: rules answer with an outcome. */
  readonly event: T['event']
  readonly user: User
  /** The app client the call came through; undefined where Cognito names none. */
  readonly appClient: string | undefined
  /** Aborted when the time of the rule is over: hand it to every call that waits. Made when first read. */
  readonly signal: AbortSignal
  /**
   * The context of the whole invocation, on that of a rule which has less time than it. What is looked up once for all
   * rules belongs to the invocation.
   */
  readonly invocation?: Context<T>
}

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
): User {
  const attributes = readAttributes(event?.request?.userAttributes)
  return Object.freeze({
    userName: typeof event?.userName === 'string' ? event.userName : '',
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
function signalOf(time: Timed): Timed {
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
export function createContext<T extends Trigger>(event: T['event'], time: Timed): Context<T> {
  const ctx = {
    event: frozenCopy(event),
    user: readUser(event),
    appClient: present(event?.callerContext?.clientId),
    [TIME]: signalOf(time),
  }
  complete(ctx)
  return ctx
}

/** Makes the context of a rule that has less time than the invocation. */
export function narrowContext<T extends Trigger>(ctx: Context<T>, time: Timed): Context<T> {
  const narrow = { event: ctx.event, user: ctx.user, appClient: ctx.appClient, invocation: ctx.invocation ?? ctx, [TIME]: signalOf(time) }
  complete(narrow)
  return narrow
}
