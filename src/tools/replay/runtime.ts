import type { AnswerForm } from './child-messages.ts'

/** Describes if a runtime supports callbacks and `context.done`. `assumed` if the runtime is unknown. */
export type CallbackSupport = 'supported' | 'assumed' | 'removed'

// The first runtime without callbacks, and without done, succeed and fail in the context.
const WITHOUT_CALLBACKS = 24

/**
 * Returns the support for callbacks of a Lambda runtime.
 *
 * @param runtime A runtime such as `nodejs22.x`. Undefined if it is unknown.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
export function findCallbackSupport(runtime: string | undefined): CallbackSupport {
  const [, major] = /^nodejs(\d+)/.exec(runtime ?? '') ?? []
  if (major === undefined) return 'assumed'
  return Number(major) < WITHOUT_CALLBACKS ? 'supported' : 'removed'
}

/** Describes for which runtimes a way to answer does not work. The text continues a sentence about the handler. */
export function describeForm(form: AnswerForm): string {
  if (form === 'callback') return 'takes a callback as third parameter. Lambda removed callbacks in nodejs24.x'
  if (form === 'return') return 'returns its answer without a promise. Up to nodejs22.x, Lambda ignores such an answer'
  return `answers through ${form}(). Lambda removed ${form}() in nodejs24.x`
}
