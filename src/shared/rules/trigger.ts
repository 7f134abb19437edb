import type { AttributeMap, CognitoEvent } from '../cognito/event.ts'
import type { TriggerName } from '../cognito/triggers.ts'

/** A Cognito trigger: its name, its event and the answer of its rules. */
export interface Trigger {
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly name: TriggerName
  readonly event: CognitoEvent
  /** The answer of a rule, in the trigger's format. `never` if Cognito ignores the answer. */
  readonly answer: unknown
}

/** A trigger whose rules may deny. */
export interface Refusing extends Trigger {
  readonly refuses: true
}

/** A refusing trigger whose rules may also allow, so that `anyOf` can be used. */
export interface Approving extends Refusing {
  readonly approves: true
}

/** A trigger whose rules have effects, such as an email. */
export interface Working extends Trigger {
  readonly works: true
}

/** The error mode. With `fail`, an error of a rule fails the invocation. With `continue`, the invocation continues without that rule. */
export type OnError = 'fail' | 'continue'

/**
 * How to combine two answers of one invocation. With `first`, the engine keeps the first answer, drops later answers, and skips later rules
 * that can only answer.
 */
export type Combine<Answer> = 'first' | ((earlier: Answer, later: Answer) => Answer)

/** The fields of Cognito's response. */
export type CognitoResponse = Readonly<Record<string, unknown>>

/**
 * The engine's view of a trigger, without the types of the answer and the event. The members are methods, because TypeScript checks method
 * parameters less strictly. `defineTrigger` accepts the typed version.
 */
export interface TriggerContract {
  readonly name: TriggerName
  readonly refuses: boolean
  readonly approves: boolean
  readonly works: boolean
  /** False if Cognito calls the function asynchronously. */
  readonly waits?: boolean | undefined
  readonly onError: OnError
  /** How to combine and encode answers. Undefined if Cognito ignores the answer. */
  readonly answers?: {
    /** True if the engine keeps the first answer, and drops later answers. */
    readonly firstStands: boolean
    combine(earlier: unknown, later: unknown): unknown
    /**
     * Converts an answer to Cognito's response.
     *
     * @throws Error if the answer is invalid for the trigger or for the event's version.
     */
    encode(answer: unknown, event: CognitoEvent): CognitoResponse | undefined
  }
  /** Returns the response for a denial. Without it, a denial is an error with the rule's message. */
  encodeDenial?(event: CognitoEvent): CognitoResponse
  /** Reads the user. `answer` is the combined answer of earlier rules, for a trigger whose answers change the user. */
  userOf?(event: CognitoEvent, answer: unknown): RuleUser
  /** The fields of the request that middleware must not see, such as `password`. */
  readonly secrets?: readonly string[]
}

/** The user of an event, as every rule sees it. */
export interface RuleUser {
  /** The user name as Cognito sent it: a typed name, a UUID or `Provider_identifier`, depending on the pool. `''` if missing. */
  readonly userName: string
  /** The user's id in the pool. Undefined at pre sign-up, because the user does not exist yet. */
  readonly sub: string | undefined
  /** The email address as Cognito sent it, neither parsed nor normalised. */
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly phoneNumber: string | undefined
  readonly phoneNumberVerified: boolean
  /** `cognito:user_status`, such as `CONFIRMED` or `EXTERNAL_PROVIDER`. */
  readonly status: string | undefined
  /** All string attributes, with booleans converted to strings. The object has no prototype. */
  readonly attributes: AttributeMap
}

/** The input of a rule. */
export interface RuleContext<T extends Trigger = Trigger> {
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly trigger: T['name']
  /** The event as Cognito sent it, as a frozen copy. */
  readonly event: T['event']
  readonly user: RuleUser
  /** The id of the app client that called Cognito. Undefined if Cognito sends none. */
  readonly appClient: string | undefined
  /** An AbortSignal that is aborted when the rule's time is over. Pass it to every asynchronous call. Created when first read. */
  readonly signal: AbortSignal
  /**
   * The context of the whole invocation, if this rule has another deadline or an earlier rule changed the user. Pass this context to lookups whose result all rules share, as
   * `perInvocation` does.
   */
  readonly invocation?: RuleContext<T>
}
