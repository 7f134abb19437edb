import type { LoggedRule } from '../replay/handler-log.ts'

/** What broke a rule, with where it was thrown, or what it explains of its denial; undefined where no more is known. */
export function causeOf({ message, place }: LoggedRule): string | undefined {
  if (message === undefined) return undefined
  const text = message.replaceAll(/\s+/g, ' ')
  return place === undefined ? text : `${text} (${place})`.trimStart()
}
