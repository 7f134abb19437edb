/** A user's attributes as Cognito sends them. All values are strings, such as `'true'` for a boolean. */
export type AttributeMap = Readonly<Record<string, string>>

/** The caller of Cognito. `clientId` is null if a user is confirmed in the console or by the admin API. */
export interface CallerContext {
  readonly awsSdkVersion: string
  readonly clientId: string | null
}

/**
 * The fields that the events of all user pool triggers have. AWS may add more fields.
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
  /** Cognito's response object. Each trigger has its own fields. */
  readonly response?: unknown
}

/** A string type that lets editors complete known trigger sources, and accepts other strings, because Cognito may add sources. */
export type Open<Known extends string> = Known | (string & Record<never, never>)
