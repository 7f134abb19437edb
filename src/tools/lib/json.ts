import { UsageError } from './errors.ts'

/** The maximum nesting depth of JSON. Deeper JSON could overflow the stack when it is compared or printed. Events have five levels. */
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
 * @param file The file's name, for the error.
 * @throws UsageError that names the file if the text is not JSON.
 */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Returns true if a JSON value has more than {@link DEEPEST} levels. Does not recurse, so a deep value cannot overflow the stack. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly object[] = [value].filter(isContainer)
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    if (level.length === 0) return false
    level = level.flatMap((each): unknown[] => Object.values(each)).filter(isContainer)
  }
  return level.length > 0
}

/** Returns true for an object or an array. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
