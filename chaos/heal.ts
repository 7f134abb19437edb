import type { Cognito } from './driver.ts'
import { forEachLimited } from './for-each-limited.ts'
import { type Journey, signIn } from './journey.ts'
import type { Pool } from './pool.ts'
import type { Stage } from './stage.ts'
import type { User } from './users.ts'

/** Options of `heal`. */
export interface Healing {
  readonly stage: Stage
  readonly driver: Cognito
  readonly pool: Pick<Pool, 'idle'>
  /** The effects that each confirmed user must have in the ledger. */
  readonly effects: readonly string[]
  readonly atATime: number
  readonly onProgress?: (done: string) => void
}

// About one sign-in in 25 restores nothing because of faults. After five rounds, that leaves one user in ten million.
const ROUNDS = 5

/**
 * Repeats the sign-in of users whose profile or effect is missing, in rounds, until nothing is missing. After a round without progress,
 * and in round 5, a last round runs without faults, because every outage ends.
 *
 * @returns The number of sign-ins.
 */
export async function heal(journeys: readonly Journey[], gone: ReadonlyMap<string, number>, healing: Healing): Promise<number> {
  const { stage, driver, pool, atATime, onProgress } = healing
  let signIns = 0
  let before = Number.POSITIVE_INFINITY
  for (let round = 1, last = false; !last; round += 1) {
    const missing = await findIncompleteUsers(journeys, gone, healing)
    if (missing.length === 0) break
    last = missing.length >= before || round === ROUNDS
    before = missing.length
    if (last) {
      stage.calm()
      driver.calm()
    }
    onProgress?.(`signing in ${missing.length} users with a missing profile or effect`)
    signIns += missing.length
    await forEachLimited(missing, atATime, async (user) => void (await signIn(user, driver, `again ${round}`)))
    await pool.idle()
  }
  return signIns
}

/** Returns the users without a profile, or without an effect in the ledger. Their next sign-in creates what is missing. */
async function findIncompleteUsers(
  journeys: readonly Journey[],
  gone: ReadonlyMap<string, number>,
  { stage, effects: needed }: Pick<Healing, 'stage' | 'effects'>,
): Promise<readonly User[]> {
  const known = new Set((await stage.profiles()).map(({ sub }) => sub))
  const effects = new Set((await stage.effects()).map(({ sub, effect }) => `${sub} ${effect}`))
  const isRecorded = (sub: string): boolean => needed.every((effect) => effects.has(`${sub} ${effect}`))
  const isMissing = ({ confirmed, user: { sub, kind } }: Journey): boolean =>
    (confirmed && !(known.has(sub) && isRecorded(sub))) || (kind === 'veteran' && !known.has(sub))
  return journeys.filter((journey) => !gone.has(journey.user.sub) && isMissing(journey)).map(({ user }) => user)
}
