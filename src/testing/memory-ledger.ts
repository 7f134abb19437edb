import { backOffMs, LEASE_MS, MAX_ATTEMPTS } from '../shared/ledger/back-off.ts'
import type { ClaimResult, Effect, EffectClaim, EffectFailure, EffectKey, Ledger } from '../shared/rules/once.ts'
import { createFaults, type Faults } from './faults.ts'

type Call = 'claim' | 'done' | 'fail' | 'drop'

/** An effect in the ledger. */
export interface LedgerRow extends Pick<Effect, 'userPoolId' | 'sub' | 'effect' | 'delivery'> {
  /** `pending`: it runs, or waits for its next attempt. `unknown`: it may have happened or not. `failed`: it used up its attempts. */
  readonly state: 'pending' | 'done' | 'unknown' | 'failed'
  /** The holder of the claim. Undefined if no holder runs the effect. */
  readonly token: string | undefined
  readonly attempt: number
  /** The end of the lease, or the time of the next attempt, in milliseconds of the ledger's clock. */
  readonly dueAt: number
  /** The reason of the last failure. */
  readonly reason: string | undefined
}

/** A ledger in memory. */
export interface MemoryLedger extends Ledger, Faults<Call> {
  readonly rows: readonly LedgerRow[]
  /** Moves the clock of the ledger, which does not move otherwise. A retry waits for at most 30 s after the first attempt. */
  readonly advance: (ms: number) => void
}

/**
 * Creates a ledger in memory. It has the states and the waits of the ledger in DynamoDB, without its jitter.
 *
 * @example
 * const ledger = memoryLedger()
 * const rule = once(ledger, sendWelcomeEmail(memoryMailer(), template), { delivery: 'at-most-once' })
 */
export function memoryLedger(): MemoryLedger {
  const rows = new Map<string, LedgerRow>()
  const { faults, run } = createFaults<Call>()
  let now = 0

  /** Changes a row, unless another holder has claimed it since. */
  const change = (claim: EffectClaim, next: (row: LedgerRow) => LedgerRow | undefined): void => {
    const row = rows.get(toKey(claim))
    if (row === undefined || row.token !== claim.token) return
    const changed = next(row)
    if (changed === undefined) rows.delete(toKey(claim))
    else rows.set(toKey(claim), changed)
  }

  const claim = (effect: Effect, token: string): ClaimResult => {
    const { userPoolId, sub, effect: name, delivery } = effect
    const row = rows.get(toKey(effect))
    if (row !== undefined && row.token !== token) {
      if (row.state !== 'pending') return { kind: 'settled', state: row.state }
      // A cut-off effect may have happened. Only `at-least-once` permits a second run.
      const mayRunAgain = row.token === undefined || row.delivery === 'at-least-once'
      if (row.dueAt > now || !mayRunAgain) return { kind: 'held' }
    }
    const attempt = row?.token === token ? row.attempt : (row?.attempt ?? 0) + 1
    const claimed: LedgerRow = {
      userPoolId,
      sub,
      effect: name,
      delivery,
      state: 'pending',
      token,
      attempt,
      dueAt: now + LEASE_MS,
      reason: row?.reason,
    }
    rows.set(toKey(effect), claimed)
    return { kind: 'claimed', claim: { userPoolId, sub, effect: name, token, attempt } }
  }

  const fail = (row: LedgerRow, { kind, reason }: EffectFailure): LedgerRow => {
    if (kind === 'retry' && row.attempt < MAX_ATTEMPTS)
      return { ...row, token: undefined, reason, dueAt: now + backOffMs(row.attempt, () => 1) }
    return { ...row, state: kind === 'retry' ? 'failed' : 'unknown', token: undefined, reason }
  }

  return {
    ...faults,
    get rows() {
      return [...rows.values()]
    },
    advance(ms) {
      now += ms
    },
    claim: (effect, token, signal) => run('claim', signal, () => claim(effect, token)),
    done: (held, signal) =>
      run('done', signal, () => change(held, (row) => ({ ...row, state: 'done', token: undefined, reason: undefined }))),
    fail: (held, failure, signal) => run('fail', signal, () => change(held, (row) => fail(row, failure))),
    drop: (held, signal) => run('drop', signal, () => change(held, () => undefined)),
  }
}

function toKey({ userPoolId, sub, effect }: EffectKey): string {
  return JSON.stringify([userPoolId, sub, effect])
}
