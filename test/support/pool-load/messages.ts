/** The reports of the pool's process to its parent. */
export type ToParent =
  | { readonly kind: 'started'; readonly endpoint: string; readonly poolId: string; readonly clientId: string }
  /** A call of a trigger for a user, or a message to an address. */
  | { readonly kind: 'effect'; readonly effect: string; readonly subject: string }
  /** The memory after a garbage collection, in bytes. */
  | ({ readonly kind: 'memory' } & Memory)

export interface Memory {
  readonly rss: number
  readonly heapUsed: number
  /** The processor time since the start of the process. */
  readonly cpuMs: number
}
