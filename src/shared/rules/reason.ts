import { isReason } from './outcome.ts'

/** The kind of an error as a constant identifier: its code or its name, never its message. */
export function reasonOf(error: unknown): string {
  try {
    return nameOf(error)
  } catch {
    // A getter or a proxy that throws when it is looked at must not take the place of the decision.
    return 'error'
  }
}

function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'error'
  if ('code' in error && isReason(error.code)) return error.code
  return 'name' in error && isReason(error.name) ? error.name : 'error'
}
