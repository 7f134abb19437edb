/** Makes the calls to a store or mailer in memory fail. Each function applies to all calls, or only to the calls that it names. */
export interface Faults<Call extends string> {
  /** Makes the calls reject without an effect. */
  readonly failWith: (error: unknown, ...calls: readonly Call[]) => void
  /** Makes the next call reject without an effect. */
  readonly failOnce: (error: unknown, ...calls: readonly Call[]) => void
  /** Makes the calls wait without an effect, until the rule's time is over. */
  readonly hang: (...calls: readonly Call[]) => void
  /** Makes the calls have their effect and then reject, as if the connection was cut before the answer. */
  readonly loseAnswers: (...calls: readonly Call[]) => void
  /** Makes the calls succeed again. */
  readonly recover: () => void
}

type Fault = { readonly kind: 'fail'; readonly error: unknown; readonly once: boolean } | { readonly kind: 'hang' | 'lose-answer' }

/** The switches of a store, and the function that runs its calls. */
export interface Faulty<Call extends string> {
  readonly faults: Faults<Call>
  /** Runs a call, unless a switch makes it fail. Rejects with the signal's reason if the signal is aborted. */
  readonly run: <Result>(call: Call, signal: AbortSignal, effect: () => Result) => Promise<Result>
}

/** Creates the switches of a store. */
export function createFaults<Call extends string>(): Faulty<Call> {
  let fault: (Fault & { readonly calls: readonly Call[] }) | undefined
  const set = (next: Fault, calls: readonly Call[]): void => {
    fault = { ...next, calls }
  }

  return {
    faults: {
      failWith: (error, ...calls) => set({ kind: 'fail', error, once: false }, calls),
      failOnce: (error, ...calls) => set({ kind: 'fail', error, once: true }, calls),
      hang: (...calls) => set({ kind: 'hang' }, calls),
      loseAnswers: (...calls) => set({ kind: 'lose-answer' }, calls),
      recover() {
        fault = undefined
      },
    },
    async run(call, signal, effect) {
      signal.throwIfAborted()
      const found = fault
      if (found === undefined || (found.calls.length > 0 && !found.calls.includes(call))) return effect()
      if (found.kind === 'hang') return waitForAbort(signal)
      if (found.kind === 'fail') {
        if (found.once) fault = undefined
        throw found.error
      }
      effect()
      throw Object.assign(new Error('The connection was cut before the answer'), { name: 'TimeoutError' })
    },
  }
}

function waitForAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}
