/** How deeply JSON may be nested: what compares and prints it calls itself for each level. Cognito nests five deep. */
export const DEEPEST = 200

/** Whether a JSON value is nested more deeply than that. Reads it level by level, so that depth costs no stack. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly object[] = [value].filter(isObject)
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    if (level.length === 0) return false
    level = level.flatMap((each): unknown[] => Object.values(each)).filter(isObject)
  }
  return level.length > 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
