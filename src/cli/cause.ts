import type { LoggedRule } from '../replay/handler-log.ts'

/** What broke a rule, with where it was thrown; undefined where no more is known than its reason. */
export function causeOf({ message, place }: LoggedRule): string | undefined {
  if (message === undefined) return undefined
  const text = message.replaceAll(/\s+/g, ' ')
  return place === undefined ? text : `${text} (${place})`.trimStart()
}
