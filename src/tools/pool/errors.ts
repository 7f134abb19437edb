import { LifeguardError } from '../../shared/rules/errors.ts'

/** An error that the caller of the local user pool gets, with the name and text of Cognito's error. */
export class CognitoError extends LifeguardError {
  override readonly name = 'CognitoError'
  override readonly code = 'cognito'
  /** The name of Cognito's exception, such as `NotAuthorizedException`. */
  readonly type: string
  /** The HTTP status. Cognito answers almost every error with 400. */
  readonly status: number
  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

/** Cognito's error for a wrong password, and for an unknown user if the app client hides which users exist. */
export function wrongPassword(): CognitoError {
  return new CognitoError('NotAuthorizedException', 'Incorrect username or password.')
}

export function notAuthorized(message: string): CognitoError {
  return new CognitoError('NotAuthorizedException', message)
}

export function invalidParameter(message: string): CognitoError {
  return new CognitoError('InvalidParameterException', message)
}

export function notFound(message: string): CognitoError {
  return new CognitoError('ResourceNotFoundException', message)
}

export function unknownUser(message = 'User does not exist.'): CognitoError {
  return new CognitoError('UserNotFoundException', message)
}

export function codeMismatch(): CognitoError {
  return new CognitoError('CodeMismatchException', 'Invalid verification code provided, please try again.')
}
