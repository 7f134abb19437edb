/** The values of a user's attributes as Cognito sends them: always strings, `'true'` and `'false'` included. */
export type AttributeMap = Readonly<Record<string, string>>

/** Who called Cognito. `clientId` is null when a user is confirmed from the console or the admin API. */
export interface CallerContext {
  readonly awsSdkVersion: string
  readonly clientId: string | null
}

/**
 * What every user pool trigger event has in common. AWS says that elements can be added, so nothing here is closed.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export interface CognitoEvent {
  readonly version: string
  readonly triggerSource: string
  readonly region: string
  readonly userPoolId: string
  readonly userName: string
  readonly callerContext: CallerContext
  readonly request: { readonly userAttributes?: AttributeMap | null | undefined }
  /** What the function may answer differs from trigger to trigger. */
  readonly response: unknown
}

/** A moment in a user's life at which Cognito calls a function: the event it sends, and whether it can still be refused. */
export interface Trigger {
  readonly event: CognitoEvent
  readonly phase: 'pre' | 'post'
}

/** A trigger whose function can refuse what is about to happen. */
export interface PreTrigger extends Trigger {
  readonly phase: 'pre'
}

/** A trigger that tells of what has happened already. */
export interface PostTrigger extends Trigger {
  readonly phase: 'post'
}

/** A value that autocompletes, and is not closed: Cognito adds trigger sources, and ours must be judged when it does. */
export type Open<Known extends string> = Known | (string & Record<never, never>)

/** The `typeof` of a field's value. */
export type FieldType = 'boolean' | 'number' | 'string' | 'object'

/** The fields of an answer to Cognito, each with the type of its value. */
export type ResponseFields = Readonly<Record<string, FieldType>>

/** What the rules of a trigger may say. */
export interface TriggerContract {
  readonly phase: 'pre' | 'post'
  readonly responseFields: ResponseFields
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
