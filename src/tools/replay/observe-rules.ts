import type { FinalDecision } from '../../shared/lambda/handler.ts'
import type { InvocationObserver } from '../../shared/lambda/report.ts'
import { HANDLER, type RuleObserver, type TraceEntry } from '../../shared/rules/decision.ts'
import type { Trigger } from '../../shared/rules/trigger.ts'
import { describeRule, type RuleDescription } from '../lib/description.ts'
import type { DecisionMessage, ThrownError, TraceMessage } from './child-messages.ts'
import { truncate, tryDescribeThrown } from './thrown-error.ts'

/** The parts of a Lifeguard handler or middleware that tools read. */
export interface Observable {
  readonly rule: RuleDescription
  readonly trigger: string | undefined
  readonly observe: ((observer: RuleObserver) => void) | undefined
}

/**
 * Returns the composition of a handler.
 *
 * @param handler The exported function.
 * @param created The handlers and middleware that Lifeguard created while the file was loaded. If the exported function is another
 * one, such as a middy handler, and Lifeguard created exactly one, the exported function runs that one.
 */
export function findObservable(handler: unknown, created: readonly unknown[]): Observable | undefined {
  const own = readObservable(handler)
  if (own !== undefined) return own
  const [only, ...others] = created
  return others.length === 0 ? readObservable(only) : undefined
}

function readObservable(value: unknown): Observable | undefined {
  if ((typeof value !== 'function' && typeof value !== 'object') || value === null) return undefined
  const rule = describeRule(Reflect.get(value, 'composition'))
  if (rule === undefined) return undefined
  const trigger: unknown = Reflect.get(value, 'trigger')
  const observe: unknown = Reflect.get(value, 'observe')
  return { rule, trigger: typeof trigger === 'string' ? trigger : undefined, observe: isObserve(observe) ? observe : undefined }
}

function isObserve(value: unknown): value is (observer: RuleObserver) => void {
  return typeof value === 'function'
}

/** An observed invocation. */
export interface ObservedInvocation {
  /** The observer for the context of the invocation. */
  readonly observer: InvocationObserver
  readonly readDecision: () => DecisionMessage | undefined
}

/** Observes the next invocation: the decision through its context, and the answers of rules through the handler. */
export function observeInvocation(observable: Observable | undefined): ObservedInvocation {
  // Each invocation has a new list, so that a rule of the previous invocation that is still running does not add to it.
  const answers = new Map<string, string>()
  let decided: FinalDecision<Trigger> | undefined
  observable?.observe?.({
    onAnswer: ({ path, answer }) => void answers.set(path, truncate(JSON.stringify(answer))),
  })
  return {
    observer: {
      // A handler may run several middlewares with rules. The first one that does not proceed ends the invocation.
      onDecision(decision) {
        if (decided === undefined || decided.kind === 'proceed') decided = decision
      },
      // Drops the log line and the metrics, because replay prints the decision itself.
      write: () => undefined,
    },
    readDecision: () => decided && toDecisionMessage(decided, answers),
  }
}

function toDecisionMessage(decision: FinalDecision<Trigger>, answers: ReadonlyMap<string, string>): DecisionMessage {
  const { kind, rule, reason = null, trace } = decision
  // Uses the last denial, because a rule with the same name may have denied earlier in a branch of an `anyOf`.
  const decisive = trace.findLast((entry) => entry.rule === rule && entry.outcome === 'deny' && !entry.shadow)
  return {
    decision: kind,
    decidedBy: rule,
    reason,
    detail: decisive?.detail ?? null,
    trace: listEntries(decision).map((entry) => toTraceMessage(entry, isOrigin(entry, trace), answers.get(entry.path))),
  }
}

/** Returns the trace, with an entry for an error outside the rules, such as of a middleware. */
function listEntries(decision: FinalDecision<Trigger>): readonly TraceEntry[] {
  const { kind, trace } = decision
  if (kind !== 'failed' || decision.rule !== HANDLER) return trace
  const { error, reason = 'error' } = decision
  return [...trace, { rule: HANDLER, path: '', outcome: 'error', reason, ms: 0, error }]
}

/** Returns false for a composition that took over the error or the explanation of a rule inside it. */
function isOrigin({ path, error, explanation }: TraceEntry, trace: readonly TraceEntry[]): boolean {
  return !trace.some((inner) => inner.path.startsWith(`${path}.`) && inner.error === error && inner.explanation === explanation)
}

function toTraceMessage(entry: TraceEntry, isOwn: boolean, answer: string | undefined): TraceMessage {
  const { rule, path, outcome, reason = null, ms, detail, overrides, shadow, commit, explanation } = entry
  const thrown = describeRuleError(entry.error)
  return {
    rule,
    path,
    outcome,
    reason,
    ms: Math.round(ms * 1000) / 1000,
    ...(detail !== undefined && { detail }),
    ...(overrides !== undefined && { overrides }),
    ...(shadow && { shadow }),
    ...(commit && { commit }),
    ...(isOwn && explanation !== undefined && { explanation: truncate(explanation) }),
    ...(answer !== undefined && !commit && { answer }),
    ...(outcome === 'error' && { error: thrown?.name ?? 'Error', ...(isOwn && thrown && { thrown }) }),
  }
}

/** Describes the error of a rule. A NotDoneError only wraps its cause, which is more useful. Returns undefined for an unreadable error. */
function describeRuleError(error: unknown): ThrownError | undefined {
  // Compares the code, because the handler's bundle has its own copy of the class.
  const isWrapper = error instanceof Error && 'code' in error && error.code === 'not-done' && error.cause !== undefined
  const described = tryDescribeThrown(isWrapper ? error.cause : error)
  return described && { ...described, message: truncate(described.message) }
}
