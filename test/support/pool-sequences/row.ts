import type { Fields, Functions, TestPool } from '../pool-sequences.ts'

/** The test of one row of the operations: an input, the trigger calls that it causes, and the answer. */
export interface RowTest {
  readonly settings?: Fields
  readonly client?: Fields
  readonly functions?: Functions
  /** Prepares the pool, and returns the input. */
  readonly input: (pool: TestPool) => Fields | Promise<Fields>
  /** The sources of the trigger calls in their order, each with the metadata that arrives. */
  readonly calls: readonly string[]
  /** Fields of the answer. */
  readonly answers?: Fields
}

/** The tests of rows by their names, such as `InitiateAuth USER_AUTH`. */
export type RowTests = Readonly<Record<string, RowTest>>

/** Creates the test of a row that calls no trigger. */
export function silent(input: RowTest['input'], more: Partial<RowTest> = {}): RowTest {
  return { input, calls: [], ...more }
}

/** Returns the target of an administrator's request. */
export function onAda(pool: TestPool): Fields {
  if (pool.pools.world.store.pools.get(pool.userPoolId)?.users.size === 0) pool.addUser()
  return { UserPoolId: pool.userPoolId, Username: 'ada' }
}

/** Signs the user in, and returns the access token as an input. */
export async function withToken(pool: TestPool): Promise<Fields> {
  onAda(pool)
  const { AccessToken } = await pool.signIn()
  return { AccessToken }
}
