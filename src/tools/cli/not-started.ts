import { MASKED_MESSAGE } from '../../shared/lambda/errors.ts'
import { indentLines } from './io.ts'

/**
 * Returns the lines that say why a handler does not start. A handler that has printed the reason throws a fixed text; then they say
 * where to look.
 *
 * @param start The first line, up to its colon.
 */
export function notStartedLines(start: string, message: string): readonly string[] {
  return message === MASKED_MESSAGE ? [`${start}: see the lines above`] : [`${start}:`, ...indentLines(message)]
}
