/** The meaning of an error of Cognito for the user. */
export type AuthErrorKind =
  // A rule of a trigger refused, with a text for the user.
  | 'refused'
  // A trigger or Cognito itself failed.
  | 'failed'
  | 'not-authorized'
  | 'session-expired'
  | 'user-disabled'
  | 'user-not-confirmed'
  | 'user-not-found'
  | 'password-reset-required'
  | 'username-exists'
  | 'alias-exists'
  | 'invalid-password'
  | 'invalid-parameter'
  | 'code-mismatch'
  | 'expired-code'
  | 'code-not-sent'
  | 'mfa-not-set-up'
  | 'limit-exceeded'
  // A web application firewall refused.
  | 'forbidden'
  // The user cancelled the sign-in at an identity provider.
  | 'cancelled'
  // The pool or the app client does not allow the request.
  | 'not-configured'
  // The request got no answer.
  | 'network'
  | 'unknown'

/** The kinds with the names of their errors, without `Exception` at the end. Names with `_` are values of `error` in a redirect. */
const NAMES: readonly (readonly [AuthErrorKind, string])[] = [
  ['refused', 'UserLambdaValidation'],
  ['failed', 'UnexpectedLambda InvalidLambdaResponse InternalError server_error'],
  ['not-authorized', 'NotAuthorized Unauthorized UserUnAuthenticated'],
  ['session-expired', 'RefreshTokenReuse'],
  ['user-not-confirmed', 'UserNotConfirmed'],
  ['user-not-found', 'UserNotFound'],
  ['password-reset-required', 'PasswordResetRequired'],
  ['username-exists', 'UsernameExists'],
  ['alias-exists', 'AliasExists'],
  ['invalid-password', 'InvalidPassword PasswordHistoryPolicyViolation'],
  ['invalid-parameter', 'InvalidParameter'],
  ['code-mismatch', 'CodeMismatch EnableSoftwareTokenMFA'],
  ['expired-code', 'ExpiredCode'],
  ['code-not-sent', 'CodeDeliveryFailure'],
  ['mfa-not-set-up', 'SoftwareTokenMFANotFound MFAMethodNotFound'],
  ['limit-exceeded', 'LimitExceeded TooManyRequests TooManyFailedAttempts'],
  ['forbidden', 'Forbidden'],
  [
    'not-configured',
    'ResourceNotFound UnsupportedOperation FeatureUnavailableInTier OperationNotEnabled unauthorized_client invalid_scope',
  ],
  ['network', 'NetworkError TimeoutError ECONNREFUSED ENOTFOUND'],
  ['cancelled', 'access_denied'],
]

/** Returns the kind of an error by its name, or undefined for an unknown name. */
export function findKind(name: string): AuthErrorKind | undefined {
  return NAMES.find(([, names]) => names.split(' ').includes(name))?.[0]
}

/** The texts that decide more than the name of an error. The first that fits counts. */
export const TEXTS: readonly (readonly [RegExp, AuthErrorKind])[] = [
  [/^User is disabled/, 'user-disabled'],
  [/^Password attempts exceeded/, 'limit-exceeded'],
  [/Token has (?:expired|been)|^Invalid (?:session|Access Token|Refresh Token)/, 'session-expired'],
  [/^Already found an entry for username/, 'username-exists'],
]
