import type { Cognito } from './driver.ts'
import { forEachLimited } from './for-each-limited.ts'
import { type Journey, signIn } from './journey.ts'
import type { Pool } from './pool.ts'
import type { Stage } from './stage.ts'
import type { User } from './users.ts'

/** With what users sign in, and where it shows what is missing. */
export interface Healing {
  readonly stage: Stage
  readonly driver: Cognito
  readonly pool: Pick<Pool, 'idle'>
  readonly atATime: number
  readonly onProgress?: (done: string) => void
}

// One sign-in in twenty-five may meet with faults that leave nothing behind; five in a row, one user in ten million.
const ROUNDS = 5

/**
 * Lets users sign in again of whom something is missing, until nothing is or it does not help; the last time without faults,
 * since an outage ends some day. Tells how many sign-ins it took.
 */
export async function heal(journeys: readonly Journey[], gone: ReadonlyMap<string, number>, healing: Healing): Promise<number> {
  const { stage, driver, pool, atATime, onProgress } = healing
  let signIns = 0
  let before = Number.POSITIVE_INFINITY
  for (let round = 1, last = false; !last; round += 1) {
    const missing = await ofWhomSomethingIsMissing(journeys, gone, stage)
    if (missing.length === 0) break
    last = missing.length >= before || round === ROUNDS
    before = missing.length
    if (last) {
      stage.calm()
      driver.calm()
    }
    onProgress?.(`${missing.length} users of whom something is missing sign in again`)
    signIns += missing.length
    await forEachLimited(missing, atATime, async (user) => void (await signIn(user, driver, `again ${round}`)))
    await pool.idle()
  }
  return signIns
}

/** Users whose profile is missing, or of whose mail the ledger knows nothing: what can heal that is their next sign-in. */
async function ofWhomSomethingIsMissing(
  journeys: readonly Journey[],
  gone: ReadonlyMap<string, number>,
  stage: Pick<Stage, 'profiles' | 'effects'>,
): Promise<readonly User[]> {
  const known = new Set((await stage.profiles()).map(({ sub }) => sub))
  const recorded = new Set((await stage.effects()).map(({ sub }) => sub))
  const isMissing = ({ confirmed, user: { sub, kind } }: Journey): boolean =>
    (confirmed && !(known.has(sub) && recorded.has(sub))) || (kind === 'veteran' && !known.has(sub))
  return journeys.filter((journey) => !gone.has(journey.user.sub) && isMissing(journey)).map(({ user }) => user)
}
