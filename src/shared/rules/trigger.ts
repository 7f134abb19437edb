import type { AttributeMap, CognitoEvent } from '../cognito/event.ts'
import type { TriggerName } from '../cognito/triggers.ts'

/** A point in a user's life at which Cognito calls a function: the event that it sends, and what rules can answer. */
export interface Trigger {
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly name: TriggerName
  readonly event: CognitoEvent
  /** What a rule answers, in the trigger's own words; `never` where Cognito reads no answer. */
  readonly answer: unknown
}

/** A trigger whose rules may deny. */
export interface Refusing extends Trigger {
  readonly refuses: true
}

/** A refusing trigger whose rules may also allow, so that one rule of several is enough to let a user in. */
export interface Approving extends Refusing {
  readonly approves: true
}

/** A trigger whose rules have effects, such as an email. */
export interface Working extends Trigger {
  readonly works: true
}

/** What an error of a rule means: the invocation fails, or it continues without that rule. */
export type OnError = 'fail' | 'continue'

/**
 * How two answers of one invocation become one. With `first`, the first answer stands: rules that can do nothing but answer do not
 * run after it, and the answers of all others are dropped.
 */
export type Combine<Answer> = 'first' | ((earlier: Answer, later: Answer) => Answer)

/** The fields of Cognito's response. */
export type CognitoResponse = Readonly<Record<string, unknown>>

/**
 * What the engine knows of a trigger. The types of its answer and its event are erased here, hence methods and no functions:
 * `defineTrigger` takes them typed, and rules are typed by their trigger.
 */
export interface TriggerContract {
  readonly name: TriggerName
  readonly refuses: boolean
  readonly approves: boolean
  readonly works: boolean
  readonly onError: OnError
  /** Absent where Cognito reads no answer. */
  readonly answers?: {
    /** Whether the first answer stands, and no other is combined with it. */
    readonly firstStands: boolean
    combine(earlier: unknown, later: unknown): unknown
    /** Throws where an answer is none of the trigger, or the event's version cannot carry it. */
    encode(answer: unknown, event: CognitoEvent): CognitoResponse | undefined
  }
  userOf?(event: CognitoEvent): RuleUser
}

/** The user an event is about, read once and the same way for every rule. */
export interface RuleUser {
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
export interface RuleContext<T extends Trigger = Trigger> {
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly trigger: T['name']
  /** The event as Cognito sent it, frozen: rules answer with an outcome. */
  readonly event: T['event']
  readonly user: RuleUser
  /** The app client the call came through; undefined where Cognito names none. */
  readonly appClient: string | undefined
  /** Aborted when the time of the rule is over: hand it to every call that waits. Made when first read. */
  readonly signal: AbortSignal
  /**
   * The context of the whole invocation, on that of a rule which has less time than it. What is looked up once for all
   * rules belongs to the invocation.
   */
  readonly invocation?: RuleContext<T>
}
