import { MASKED_MESSAGE } from '../shared/lambda/errors.ts'

/** What follows the words that a handler does not start: why, or, where it has said that itself and throws its fixed text, where to look. */
export function whyNotStarted(message: string): string {
  return message === MASKED_MESSAGE ? ' see the lines above' : `\n${message.replaceAll(/^/gm, '  ')}`
}
