import { TriggerDeniedError } from '../shared/lambda/errors.ts'
import { LifeguardError } from '../shared/rules/errors.ts'
import { isObject } from '../shared/rules/invocation.ts'

// Properties of the errors of the system, the network and the AWS SDK.
const MARKS = ['code', 'errno', 'syscall', '$metadata']
const PROGRAMMING_ERRORS = [TypeError, ReferenceError, RangeError, SyntaxError, URIError, EvalError]

/**
 * Returns true if a handler that is not made with Lifeguard probably threw the error to refuse the user. Such a handler can refuse only
 * by an error, so that its kind must show the intention. Errors of programming, the system, the network and the AWS SDK are failures.
 */
export function isDenialError(thrown: unknown): boolean {
  if (thrown instanceof LifeguardError) return thrown instanceof TriggerDeniedError
  if (!(thrown instanceof Error) || thrown.name === 'AssertionError') return false
  if (PROGRAMMING_ERRORS.some((kind) => thrown instanceof kind)) return false
  return !isMarked(thrown) && !isMarked(thrown.cause)
}

function isMarked(value: unknown): boolean {
  return (value instanceof Error || isObject(value)) && MARKS.some((mark) => mark in value)
}
