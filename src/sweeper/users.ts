import type { AttributeMap } from '../shared/rules/trigger.ts'

/** A user as the pool has them now. */
export interface PoolUser {
  readonly userName: string
  readonly attributes: AttributeMap
  readonly createdAt: Date | undefined
}

/** Looks users up in their pool. */
export interface Users {
  /**
   * @returns undefined where the pool has no such user.
   * @throws PoolNotFound where there is no such pool, which may as well be looked for in the wrong account or region.
   */
  readonly find: (userPoolId: string, sub: string, signal: AbortSignal) => Promise<PoolUser | undefined>
}

/** There is no such pool, here. That says nothing of its users. */
export class PoolNotFound extends Error {
  override readonly name = 'PoolNotFound'
  readonly code = 'pool-not-found'
  constructor(cause: unknown) {
    super('There is no such user pool in this account and region', { cause })
  }
}
