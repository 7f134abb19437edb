import type { Delivery } from '../src/shared/rules/once.ts'
import type { Journey } from './journey.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
import type { Row } from './stage.ts'

/** All that is known after a run, from the harness's own logs and from the tables. */
export interface Evidence {
  readonly delivery: Delivery
  readonly journeys: readonly Journey[]
  /** Users who were deleted before the sweep, by `sub`: when. */
  readonly gone: ReadonlyMap<string, number>
  readonly attempts: readonly Attempt[]
  readonly dynamodb: readonly Passed[]
  readonly ses: readonly Passed[]
  readonly cognito: readonly Passed[]
  /** Processes that ended although nobody killed them. */
  readonly crashes: number
  readonly profiles: readonly Row[]
  readonly effects: readonly Row[]
}

/** Groups things by a text. */
export function groupBy<V>(values: Iterable<V>, getKey: (value: V) => string | undefined): ReadonlyMap<string, readonly V[]> {
  const groups = new Map<string, V[]>()
  for (const value of values) {
    const key = getKey(value)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

/** The `sub` in the key of an effect, such as `us-east-1_Chaos0001#6c4a1d9e-...#send-welcome-email`; a profile's is none. */
export function parseEffectSub(text: string): string | undefined {
  return /#([0-9a-f-]{36})#/.exec(text)?.[1]
}

/** The `sub` in a key such as `us-east-1_Chaos0001#6c4a1d9e-...`. */
export function parseSub(text: string): string | undefined {
  return /#([0-9a-f-]{36})/.exec(text)?.[1]
}
