import { isIdentifier } from './outcome.ts'
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

/**
 * Returns a copy of an event for rules to read, frozen with everything inside it. A rule that writes to it throws, and the engine
 * takes that for an error of the rule. The event itself stays as it is: Cognito gets it back, and a caller may go on to edit it.
 *
 * @param value JSON, as an event is: a value that contains itself never ends.
 */
export function frozenCopy<V>(value: V): V {
  return isObject(value) ? copyObject(value) : value
}

function copyObject<V extends object>(value: V): V
function copyObject(value: object): object {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy))
  const copy: Record<string, unknown> = { ...value }
  // An own `__proto__` is a field like any other here, since the spread has made it one.
  for (const key of Object.keys(copy)) if (isObject(copy[key])) copy[key] = copyObject(copy[key])
  return Object.freeze(copy)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * Looks something up at most once an invocation, whichever rules and conditions ask for it. A look-up that fails, fails
 * for all of them.
 *
 * @example
 * const invite = perInvocation(({ user, signal }) => invites.find(user.email, signal))
 * preSignUp(requireInvite(invite), autoConfirm({ when: async (ctx) => (await invite(ctx)) !== undefined }))
 */
export function perInvocation<T extends Trigger, V>(lookUp: (ctx: Context<T>) => V | Promise<V>): (ctx: Context<T>) => Promise<V> {
  const found = new WeakMap<Context<T>, Promise<V>>()
  return (ctx) => {
    // With the invocation's own context: a rule under a share of the time must not cut the look-up short for the others.
    const invocation = ctx.invocation ?? ctx
    let value = found.get(invocation)
    if (value === undefined) {
      value = (async () => lookUp(invocation))()
      found.set(invocation, value)
      // A rule that was cut off may have been the only one to wait, and a rejection that nothing waits for ends the process.
      value.catch(() => undefined)
    }
    return value
  }
}

/** Declares which attributes of the user something reads, such as `['email', 'custom:plan']`; `[]` declares that it reads none. */
export interface DeclaresReads {
  readonly reads: readonly string[]
}

/**
 * Checks a declaration of attributes. Types require the same; plain JavaScript does not.
 *
 * @param owner Stands at the start of the error's message.
 * @throws TypeError when it is not a list of attribute names.
 */
export function assertReads(owner: string, reads: unknown): asserts reads is readonly string[] {
  if (Array.isArray(reads) && reads.every((name) => typeof name === 'string' && name !== '')) return
  throw new TypeError(`${owner}: reads is a list of attribute names, such as ['email'], or [] for none`)
}

/** Whether a text is shaped like an attribute's name: identifiers with colons between them, such as `custom:terms`. */
export function isAttributeName(text: string): boolean {
  return text.length <= 64 && text.split(':').every(isIdentifier)
}
