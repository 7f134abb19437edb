import type { ClaimResult, Effect, EffectClaim, EffectFailure, Ledger } from '../../src/shared/rules/once.ts'

type Call = 'claim' | 'done' | 'fail' | 'drop'

/** An in-memory ledger that records its calls and can inject faults. */
export interface MemoryLedger extends Ledger {
  /** The calls to the ledger, in order. A rule under test may add its own entries. */
  readonly log: string[]
  readonly effects: readonly Effect[]
  readonly setbacks: readonly EffectFailure[]
  /** The abort signals of the calls. */
  readonly signals: readonly AbortSignal[]
}

/** Creates an empty ledger. Each operation first awaits `trouble`, which may throw or never settle. */
export function memoryLedger(trouble: (call: Call, nth: number) => Promise<void> = async () => undefined): MemoryLedger {
  const log: string[] = []
  const effects: Effect[] = []
  const setbacks: EffectFailure[] = []
  const signals: AbortSignal[] = []
  const states = new Map<string, ClaimResult>()
  const counts = new Map<Call, number>()
  const toKey = ({ userPoolId, sub, effect }: EffectClaim | Effect): string => JSON.stringify([userPoolId, sub, effect])
  const asked = async (call: Call, signal: AbortSignal): Promise<void> => {
    const nth = (counts.get(call) ?? 0) + 1
    counts.set(call, nth)
    log.push(call)
    signals.push(signal)
    await trouble(call, nth)
  }

  return {
    log,
    effects,
    setbacks,
    signals,
    async claim(effect, token, signal) {
      await asked('claim', signal)
      const known = states.get(toKey(effect))
      if (known !== undefined) return known
      effects.push(effect)
      states.set(toKey(effect), { kind: 'held' })
      const { userPoolId, sub, effect: name } = effect
      return { kind: 'claimed', claim: { userPoolId, sub, effect: name, token, attempt: 1 } }
    },
    async done(claim, signal) {
      await asked('done', signal)
      states.set(toKey(claim), { kind: 'settled', state: 'done' })
    },
    async fail(claim, failure, signal) {
      await asked('fail', signal)
      setbacks.push(failure)
      if (failure.kind === 'unknown') states.set(toKey(claim), { kind: 'settled', state: 'unknown' })
      else states.delete(toKey(claim))
    },
    async drop(claim, signal) {
      await asked('drop', signal)
      states.delete(toKey(claim))
    },
  }
}
