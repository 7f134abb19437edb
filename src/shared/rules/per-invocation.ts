import type { Context } from './context.ts'
import type { Trigger } from './trigger.ts'

/**
 * Looks something up at most once an invocation, whichever rules and conditions ask for it. A look-up that fails, fails
 * for all of them.
 *
 * @example
 * const invite = perInvocation(({ user, signal }) => invites.find(user.email, signal))
 * preSignUp(requireInvite(invite), autoConfirm({ when: async (ctx) => (await invite(ctx)) !== undefined }))
 */
export function perInvocation<T extends Trigger, V>(lookUp: (ctx: Context<T>) => V | Promise<V>): (ctx: Context<T>) => Promise<V> {
  const found = new WeakMap<Context<T>, Promise<V>>()
  return (ctx) => {
    // With the invocation's own context: a rule under a share of the time must not cut the look-up short for the others.
    const invocation = ctx.invocation ?? ctx
    let value = found.get(invocation)
    if (value === undefined) {
      value = (async () => lookUp(invocation))()
      found.set(invocation, value)
      // A rule that was cut off may have been the only one to wait, and a rejection that nothing waits for ends the process.
      value.catch(() => undefined)
    }
    return value
  }
}
