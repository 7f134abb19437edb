import { isError, isRefusal, listCauses } from '../../shared/lambda/refusal.ts'
import type { ThrownError } from './child-messages.ts'

// The maximum length of an error message, in characters. A longer message, such as a whole HTML page, is truncated.
const MAX_MESSAGE_LENGTH = 500

/** Describes a thrown value. Never throws: if a getter of the value throws, returns the fixed message of Lambda's runtime. */
export function describeThrown(thrown: unknown): ThrownError {
  const unread = 'there was a problem while retrieving one or more of its message, name, and stack'
  const message = `callback called with Error argument, but ${unread}`
  return tryDescribeThrown(thrown) ?? { name: 'handled', message, causes: [], stack: '', refusal: false }
}

/** Describes a thrown value. Returns undefined if a getter of the value throws. */
export function tryDescribeThrown(thrown: unknown): ThrownError | undefined {
  try {
    if (!isError(thrown)) return { name: typeof thrown, message: String(thrown), causes: [], stack: '', refusal: false }
    const causes = listCauses(thrown)
    return {
      name: `${thrown.name}`,
      message: `${thrown.message}`,
      causes: causes.map(describeCause),
      stack: [thrown, ...causes].map((each) => (isError(each) ? String(each.stack) : '')).join('\n'),
      refusal: isRefusal(thrown),
    }
  } catch {
    return undefined
  }
}

/** Truncates a long message. */
export function truncate(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH)
}

function describeCause(cause: unknown): string {
  if (!isError(cause)) return truncate(typeof cause === 'object' ? JSON.stringify(cause) : String(cause))
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  const message = truncate(String(cause.message))
  const label = code ?? (cause.name === 'Error' ? '' : cause.name)
  if (label === '' || message.includes(label)) return message
  return message === '' ? label : `${label}: ${message}`
}
