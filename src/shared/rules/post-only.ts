import type { Run } from './rule.ts'

/**
 * Refuses to run a composition for post triggers anywhere else. Types say the same; in plain JavaScript it would pass over a
 * denial, or not ask again where a sign-up is repeated.
 *
 * @throws TypeError in a pre trigger, where a broken rule refuses.
 */
export function assertPost({ phase }: Pick<Run, 'phase'>, name: string): void {
  if (phase !== 'post') throw new TypeError(`${name}() is for post triggers: in a pre trigger it could hide a denial`)
}
