import { UsageError } from '../lib/errors.ts'

// Matches a pool id, such as `eu-west-1_Example`. A region of the European Sovereign Cloud (`eusc-de-east-1`) begins with more than two
// letters.
const POOL_ID = /^([a-z]{2,4}(?:-[a-z]+)+-\d+)_[0-9A-Za-z]+$/

/**
 * Returns the region in the id of a user pool.
 *
 * @throws UsageError if the text is not the id of a user pool.
 */
export function parsePoolRegion(text: string): string {
  const [, region] = POOL_ID.exec(text) ?? []
  if (region === undefined) throw new UsageError(`--pool ${text}: expected the id of a user pool, such as eu-west-1_Example`)
  return region
}
