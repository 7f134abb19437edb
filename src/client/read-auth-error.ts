import { type AuthErrorKind, findKind, TEXTS } from './kinds.ts'

/** An error of a sign-up or a sign-in, as an application needs it. */
export interface AuthError {
  readonly kind: AuthErrorKind
  /** The trigger that refused or failed, such as `PreSignUp`. */
  readonly trigger?: string | undefined
  /** The code of the rule that refused, such as `email-not-allowed`. */
  readonly code?: string | undefined
  /** The user attribute that the refusal is about, such as `email`. */
  readonly field?: string | undefined
  /** The text of the refusal without Cognito's words around it. For other kinds, Cognito's own text, in English. */
  readonly message: string
  /** True if the same request may succeed later. */
  readonly retry: boolean
}

/**
 * Reads an error of the AWS SDK, Amplify or amazon-cognito-identity-js, or the URL with which managed login goes back to the application.
 * It never throws: an unknown error has the kind `unknown`.
 *
 * @param input The error, its text, or a URL, query or fragment with `error` or `error_description`.
 * @example
 * const { kind, code, field, message } = readAuthError(error)
 * if (kind === 'refused') showError(field, translate(code) ?? message)
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export function readAuthError(input: unknown): AuthError {
  try {
    return classify(readSource(input))
  } catch {
    // A getter of the value threw, or a proxy.
    return classify({ name: '', text: '' })
  }
}

interface Source {
  readonly name: string
  readonly text: string
}

// The fixed text of a handler that failed, as Lifeguard sends it. No rule refused the user then.
const MASKED = 'Something went wrong, please try again later'
const REFUSED = /^(\w+) failed with error ([\s\S]*)$/
const FAILED = /^(\w+) invocation failed due to error/
const CODED = /^([\s\S]+) \[([a-z][a-z\d]*(?:[-_.][a-z\d]+)*)(?:: ([\w.:-]+))?\]$/i

const RETRIED: readonly AuthErrorKind[] = ['failed', 'limit-exceeded', 'code-not-sent', 'network']

function classify({ name, text }: Source): AuthError {
  // Managed login adds a space to the text, and Cognito a full stop to the error of a function.
  const [, refuser, whole = ''] = REFUSED.exec(text) ?? []
  const said = whole.trimEnd().replace(/\.$/, '')
  const [, failed] = FAILED.exec(text) ?? []
  const named = findKind(name)
  const isFailure = failed !== undefined || named === 'failed' || said === MASKED || said.startsWith('Socket timeout while')
  if (refuser !== undefined && !isFailure) {
    const [, message = said, code, field] = CODED.exec(said) ?? []
    return { kind: 'refused', trigger: refuser, code, field, message, retry: false }
  }
  const kind = isFailure ? 'failed' : (TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? named ?? 'unknown')
  const message = refuser === undefined ? text.trimEnd() : said
  // A function whose answer Cognito rejects answers the same again. A first sign-in that linked an account succeeds when repeated.
  const retry = (RETRIED.includes(kind) && name !== 'InvalidLambdaResponse') || text.startsWith('Already found')
  return { kind, trigger: refuser ?? failed, message, retry }
}

function readSource(input: unknown): Source {
  if (typeof input === 'string') return readText(input)
  const { name, code, __type, message, href, search } = Object(input)
  if (typeof href === 'string' && typeof search === 'string') return readText(href)
  const names = [code, __type, name].map(toName)
  const found = names.find((each) => findKind(each) !== undefined)
  const text = typeof message === 'string' ? message : ''
  // A TypeError can also be a bug. The texts of `fetch` are 'Failed to fetch', 'fetch failed', 'Load failed', 'NetworkError when ...' and
  // 'Network request failed'.
  const isFetch = name === 'TypeError' && /^(failed to f|fetch f|load f|network)/i.test(text)
  return { name: found ?? (isFetch ? 'NetworkError' : ''), text }
}

/** Returns the name of an error without its namespace and without `Exception`. */
function toName(name: unknown): string {
  return String(name).replace(/^.*#|Exception$/g, '')
}

/** Reads a URL, a query or a fragment. Any other text is the text of an error. */
function readText(text: string): Source {
  if (REFUSED.test(text)) return { name: '', text }
  const parts = text.split(/[?#&]/)
  const find = (key: string): string | undefined => parts.find((part) => part.startsWith(key))?.slice(key.length)
  const [error, description] = [find('error='), find('error_description=')]
  // A URL without an error may have the code of a sign-in, which must not appear as a message.
  const isRedirect = error !== undefined || description !== undefined || /^\S+:\//.test(text)
  return { name: decode(error), text: isRedirect ? decode(description) : text }
}

/** Decodes a value of a query. `URLSearchParams` is incomplete in React Native. */
function decode(value = ''): string {
  const spaced = value.replace(/\+/g, ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
