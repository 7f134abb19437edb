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
  readonly response?: unknown
}

/** A value that autocompletes, and is not closed: Cognito adds trigger sources, and ours must be judged when it does. */
export type Open<Known extends string> = Known | (string & Record<never, never>)
