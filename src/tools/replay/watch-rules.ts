/** The name of the error that carries what a rule explains of its denial. */
export const EXPLANATION = 'Explanation'

/** Gets what broke a rule, or what it explains of a denial: the rule's name, and what was thrown. */
export type NoteBreakage = (rule: string, thrown: unknown) => void

type Evaluate = (...args: readonly unknown[]) => unknown

interface WatchedRule {
  readonly name: string
  readonly evaluate: Evaluate
}

/**
 * Has it noted what breaks the rules of a handler, for the person at whose desk it runs: the handler's own log holds no message.
 * The rules say what they said before.
 *
 * @param root The composition that a handler carries; anything else is left alone.
 * @param noteNow Asked when a rule begins, so that one which ends late is not taken for a part of the next invocation.
 */
export function watchRules(root: unknown, noteNow: () => NoteBreakage): void {
  const watched = new Set<unknown>()
  const watch = (rule: unknown): void => {
    if (watched.has(rule) || !isRule(rule)) return
    watched.add(rule)
    const { evaluate } = rule
    // In its place, since compositions hold this very object. One that is frozen stays as it is.
    Reflect.set(rule, 'evaluate', (ctx: unknown, run: unknown): unknown => {
      const note = noteNow()
      const noteThrown = (thrown: unknown): void => {
        if (!isPassedOn(thrown)) note(rule.name, thrown)
      }
      try {
        const said = Reflect.apply(evaluate, rule, [ctx, watchedRun(run, note)])
        if (said instanceof Promise) said.catch(noteThrown)
        return said
      } catch (thrown) {
        noteThrown(thrown)
        throw thrown
      }
    })
    if ('children' in rule && Array.isArray(rule.children)) rule.children.forEach(watch)
  }
  watch(root)
}

/** What the engine finds wrong with an outcome, or that time ran out, stands in the verdict that a composition gets. */
function watchedRun(run: unknown, note: NoteBreakage): unknown {
  if (typeof run !== 'object' || run === null || !('evaluate' in run) || !isEvaluate(run.evaluate)) return run
  const { evaluate } = run
  const noteVerdict = (verdict: unknown): void => {
    if (typeof verdict !== 'object' || verdict === null || !('kind' in verdict) || !('by' in verdict)) return
    if (verdict.kind === 'broken' && 'error' in verdict) note(String(verdict.by), verdict.error)
    if (verdict.kind === 'deny' && 'explanation' in verdict) {
      // Without a stack, which would lead here.
      note(String(verdict.by), Object.assign(new Error(String(verdict.explanation)), { name: EXPLANATION, stack: '' }))
    }
  }
  return {
    ...run,
    evaluate(...args: readonly unknown[]): unknown {
      const said = evaluate(...args)
      if (said instanceof Promise) said.then(noteVerdict, () => undefined)
      else noteVerdict(said)
      return said
    },
  }
}

function isRule(value: unknown): value is WatchedRule {
  return typeof value === 'object' && value !== null && 'name' in value && 'evaluate' in value && isEvaluate(value.evaluate)
}

function isEvaluate(value: unknown): value is Evaluate {
  return typeof value === 'function'
}

/** A composition throws on what a rule inside it threw. Its class is the bundle's own, so that only the name tells. */
function isPassedOn(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'Breakage'
}
