import { preTokenGeneration } from '../../src/pre-token/index.ts'
import type { PreTokenGeneration, PreTokenGenerationEvent } from '../../src/pre-token/trigger.ts'
import type { Decision } from '../../src/shared/rules/decision.ts'
import type { RuleArgument } from '../../src/shared/rules/rule.ts'
import { tokenEvent } from './token-event.ts'

/** Runs rules on an event of version 2. */
export function decideTokens(
  rules: readonly RuleArgument<PreTokenGeneration>[],
  change: Partial<PreTokenGenerationEvent> = {},
): Promise<Decision<PreTokenGeneration>> {
  return preTokenGeneration(...rules).decide(tokenEvent({ version: '2', ...change }))
}

/** Returns a function that calls `make` with arguments of any type, as a program in plain JavaScript can. */
export function makeRule(make: (...args: readonly never[]) => unknown, ...args: readonly unknown[]): () => unknown {
  return () => Reflect.apply(make, undefined, args)
}
