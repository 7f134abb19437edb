import { UsageError } from './errors.ts'

/** How deeply JSON may be nested: what compares and prints it calls itself for each level. Cognito nests five deep. */
export const DEEPEST = 200

/** Parses JSON text. Returns undefined for any other text. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Parses the JSON text of a file.
 *
 * @param file Its name, for the error.
 * @throws UsageError that names the file when the text is not JSON.
 */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Whether a JSON value is nested more deeply than {@link DEEPEST}. Reads it level by level, so that depth costs no stack. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly object[] = [value].filter(isContainer)
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    if (level.length === 0) return false
    level = level.flatMap((each): unknown[] => Object.values(each)).filter(isContainer)
  }
  return level.length > 0
}

/** An object or an array. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
