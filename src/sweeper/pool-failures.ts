/** Keeps track of the pools in which look-ups fail, for the length of a sweep. */
export interface PoolFailures {
  readonly isGivenUp: (userPoolId: string) => boolean
  /** The pools that were given up. */
  readonly givenUp: () => readonly string[]
  /** Notes how a look-up in the pool ended. */
  readonly note: (userPoolId: string, ending: 'answered' | 'failed') => void
}

const MAX_IN_A_ROW = 3

/** Gives a pool up after three look-ups that failed in a row: each takes seconds that the effects of other pools need. */
export function poolFailures(): PoolFailures {
  const inARow = new Map<string, number>()
  const isGivenUp = (userPoolId: string): boolean => (inARow.get(userPoolId) ?? 0) >= MAX_IN_A_ROW
  return {
    isGivenUp,
    givenUp: () => [...inARow.keys()].filter(isGivenUp),
    note: (userPoolId, ending) => void inARow.set(userPoolId, ending === 'answered' ? 0 : (inARow.get(userPoolId) ?? 0) + 1),
  }
}
