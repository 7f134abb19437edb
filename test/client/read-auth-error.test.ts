import { describe, expect, it } from 'vitest'
import { readAuthError } from '../../src/client/read-auth-error.ts'
import { MASKED_MESSAGE } from '../../src/shared/lambda/errors.ts'

const NOTHING = { trigger: undefined, code: undefined, field: undefined }

function createError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

describe('a refusal', () => {
  it('has the trigger, the code, the field and the message', () => {
    const error = createError(
      'UserLambdaValidationException',
      'PreSignUp failed with error Use your work address [email-not-allowed: email].',
    )

    expect(readAuthError(error)).toEqual({
      kind: 'refused',
      trigger: 'PreSignUp',
      code: 'email-not-allowed',
      field: 'email',
      message: 'Use your work address',
      retry: false,
    })
  })

  it.each([
    ['Not now [try-later].', { code: 'try-later', message: 'Not now' }],
    ['Accept the terms [terms-missing: custom:terms].', { code: 'terms-missing', field: 'custom:terms', message: 'Accept the terms' }],
    ['This account is blocked.', { message: 'This account is blocked' }],
    ['Registration from this domain is not allowed..', { message: 'Registration from this domain is not allowed.' }],
    ['Ask an administrator (example.com).', { message: 'Ask an administrator (example.com)' }],
    ['Choose a room [2 or 3].', { message: 'Choose a room [2 or 3]' }],
    ['First [one] then [two].', { code: 'two', message: 'First [one] then' }],
    ['.', { message: '' }],
  ])('is read from the text %j', (text, expected) => {
    const error = createError('UserLambdaValidationException', `PreAuthentication failed with error ${text}`)

    expect(readAuthError(error)).toEqual({ ...NOTHING, kind: 'refused', trigger: 'PreAuthentication', retry: false, ...expected })
  })

  it.each([
    'https://app.example/cb?error_description=PreSignUp+failed+with+error+No+invitation+%5Binvite-missing%3A+email%5D.+&state=a%2Bb&error=invalid_request',
    '?error=invalid_request&error_description=PreSignUp%20failed%20with%20error%20No%20invitation%20%5Binvite-missing%3A%20email%5D.%20',
    '#error_description=PreSignUp+failed+with+error+No+invitation+[invite-missing:+email].&error=invalid_request',
    'error_description=PreSignUp+failed+with+error+No+invitation+%5Binvite-missing%3A+email%5D.',
    'myapp://callback?state=1&error_description=PreSignUp+failed+with+error+No+invitation+%5Binvite-missing%3A+email%5D.',
    'https://app.example/#/cb?error_description=PreSignUp+failed+with+error+No+invitation+%5Binvite-missing%3A+email%5D.',
    'PreSignUp failed with error No invitation [invite-missing: email].',
  ])('is read from %s', (text) => {
    const expected = {
      kind: 'refused',
      trigger: 'PreSignUp',
      code: 'invite-missing',
      field: 'email',
      message: 'No invitation',
      retry: false,
    }

    expect(readAuthError(text)).toEqual(expected)
    if (URL.canParse(text)) expect(readAuthError(new URL(text))).toEqual(expected)
  })

  it('is read from a text that looks like a query', () => {
    expect(readAuthError('PreSignUp failed with error See /help?error=1&error_description=x.')).toMatchObject({
      kind: 'refused',
      message: 'See /help?error=1&error_description=x',
    })
  })
})

describe('a failure', () => {
  it.each([
    ['UserLambdaValidationException', `PreSignUp failed with error ${MASKED_MESSAGE}.`, 'PreSignUp', MASKED_MESSAGE, true],
    [
      'UnexpectedLambdaException',
      'PreSignUp invocation failed due to error AccessDeniedException.',
      'PreSignUp',
      'PreSignUp invocation failed due to error AccessDeniedException.',
      true,
    ],
    [
      'UnexpectedLambdaException',
      'PreSignUp failed with error Socket timeout while invoking Lambda function.',
      'PreSignUp',
      'Socket timeout while invoking Lambda function',
      true,
    ],
    ['InvalidLambdaResponseException', 'Unrecognizable lambda output', undefined, 'Unrecognizable lambda output', false],
    ['InternalErrorException', 'Internal error', undefined, 'Internal error', true],
  ])('of the name %s is not a refusal: %s', (name, text, trigger, message, retry) => {
    expect(readAuthError(createError(name, text))).toEqual({ ...NOTHING, kind: 'failed', trigger, message, retry })
  })

  it('of a redirect is not a refusal', () => {
    expect(readAuthError(`?error_description=PreSignUp failed with error ${MASKED_MESSAGE}. &error=invalid_request`).kind).toBe('failed')
    expect(readAuthError('?error=server_error')).toMatchObject({ kind: 'failed', retry: true })
  })
})

describe("Cognito's own errors", () => {
  it.each([
    ['NotAuthorizedException', 'Incorrect username or password.', 'not-authorized', false],
    ['NotAuthorizedException', 'User is disabled.', 'user-disabled', false],
    ['NotAuthorizedException', 'Password attempts exceeded', 'limit-exceeded', true],
    ['NotAuthorizedException', 'Invalid session for the user, session is expired.', 'session-expired', false],
    ['NotAuthorizedException', 'Refresh Token has been revoked', 'session-expired', false],
    ['NotAuthorizedException', 'Invalid Access Token', 'session-expired', false],
    ['RefreshTokenReuseException', 'Refresh Token has been already used', 'session-expired', false],
    ['UserNotConfirmedException', 'User is not confirmed.', 'user-not-confirmed', false],
    ['UserNotFoundException', 'Username/client id combination not found.', 'user-not-found', false],
    ['PasswordResetRequiredException', 'Password reset required for the user', 'password-reset-required', false],
    ['UsernameExistsException', 'User already exists', 'username-exists', false],
    ['InvalidParameterException', 'Already found an entry for username google_1.', 'username-exists', true],
    ['AliasExistsException', 'An account with the given email already exists.', 'alias-exists', false],
    ['InvalidPasswordException', 'Password did not conform with policy: Password not long enough', 'invalid-password', false],
    ['InvalidParameterException', 'Missing required parameter SRP_A', 'invalid-parameter', false],
    ['CodeMismatchException', 'Invalid verification code provided, please try again.', 'code-mismatch', false],
    ['EnableSoftwareTokenMFAException', 'Code mismatch', 'code-mismatch', false],
    ['ExpiredCodeException', 'Invalid code provided, please request a code again.', 'expired-code', false],
    ['CodeDeliveryFailureException', '', 'code-not-sent', true],
    ['LimitExceededException', 'Attempt limit exceeded, please try after some time.', 'limit-exceeded', true],
    ['TooManyRequestsException', 'Rate exceeded', 'limit-exceeded', true],
    ['ForbiddenException', 'Request not allowed due to WAF block.', 'forbidden', false],
    ['ResourceNotFoundException', 'User pool client x does not exist.', 'not-configured', false],
    ['FeatureUnavailableInTierException', '', 'not-configured', false],
    ['OperationNotEnabledException', '', 'not-configured', false],
    ['NetworkError', 'A network error has occurred.', 'network', true],
    ['TypeError', 'Failed to fetch', 'network', true],
    ['TypeError', 'fetch failed', 'network', true],
    ['TypeError', 'NetworkError when attempting to fetch resource.', 'network', true],
    ['TypeError', 'Network request failed', 'network', true],
    ['TypeError', 'Load failed', 'network', true],
    ['TypeError', 'fetchUser is not a function', 'unknown', false],
    ['TypeError', "Cannot read properties of undefined (reading 'network')", 'unknown', false],
  ])('reads %s with the text %j as %s', (name, message, kind, retry) => {
    expect(readAuthError(createError(name, message))).toEqual({ ...NOTHING, kind, message, retry })
  })

  it('reads the name from the code of an error, and from the body of a response', () => {
    expect(readAuthError({ code: 'CodeMismatchException', name: 'Error', message: 'x' }).kind).toBe('code-mismatch')
    expect(readAuthError({ __type: 'com.amazonaws.cognito#ExpiredCodeException', message: 'x' }).kind).toBe('expired-code')
  })

  it('reads a redirect without a text, and one with a text of Cognito', () => {
    expect(readAuthError('?error=access_denied')).toMatchObject({ kind: 'cancelled', message: '' })
    expect(readAuthError('?error_description=User+is+disabled.+&error=invalid_request')).toMatchObject({
      kind: 'user-disabled',
      message: 'User is disabled.',
    })
  })
})

describe('an unknown value', () => {
  const thrower = new Proxy(
    {},
    {
      get() {
        throw new Error('secret')
      },
    },
  )

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['an empty string', ''],
    ['a symbol', Symbol('x')],
    ['an object without a message', {}],
    ['an object that throws', thrower],
    ['a name of Object.prototype', { name: 'constructor', message: 1 }],
    ['a broken escape', '?error=%E0%A4%A'],
    ['a redirect after a sign-in', 'https://app.example.com/?code=secret&state=x'],
    ['the location after a sign-in', new URL('com.example.app://home?code=secret')],
    ['a redirect with a name of Object.prototype', '?error=toString'],
  ])('has the kind unknown: %s', (_, value) => {
    expect(readAuthError(value)).toEqual({ ...NOTHING, kind: 'unknown', message: '', retry: false })
  })

  it('keeps its text', () => {
    expect(readAuthError(new TypeError('x is not a function'))).toMatchObject({ kind: 'unknown', message: 'x is not a function' })
    expect(readAuthError('Something else')).toMatchObject({ kind: 'unknown', message: 'Something else' })
    expect(readAuthError('?error_description=%E0%A4%A')).toMatchObject({ kind: 'unknown', message: '%E0%A4%A' })
  })
})
