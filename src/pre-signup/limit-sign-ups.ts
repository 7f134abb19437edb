import { parseEmailAddress } from '../shared/email/address.ts'
import { assertLimit, type Counter } from '../shared/limits/counter.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { reservationKey } from '../shared/rules/commit.ts'
import type { MaybePromise } from '../shared/rules/invocation.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { PreSignUp } from './trigger.ts'

/** The options of {@link limitSignUps}. */
export interface LimitSignUpsOptions {
  /** The sign-ups that one window permits, at least 1. */
  readonly max: number
  /** The length of a window in seconds. */
  readonly windowSeconds: number
  /**
   * Selects the sign-ups that are counted together: those with the same email domain, those through the same app client, or those for
   * which the function returns the same text. A sign-up for which the function returns undefined is not counted.
   */
  readonly per: 'domain' | 'client' | ((ctx: RuleContext<PreSignUp>) => MaybePromise<string | undefined>)
  /** The denial's message. */
  readonly message?: string
}

const OWNER = 'limitSignUps()'
const TOO_MANY = 'There are too many sign-ups at the moment, please try again later'

/**
 * Makes a rule that denies sign-ups above a number in a window of time. It counts a sign-up after every rule has passed, so that denied
 * sign-ups use nothing up. A repeated event counts once. It judges all sources of pre sign-up.
 *
 * @param counter Counts the sign-ups: `dynamoCounter` in fixed windows, `dynamoSlidingCounter` in sliding ones.
 * @throws TypeError or RangeError if an option or the counter is invalid.
 * @example
 * limitSignUps({ max: 20, windowSeconds: 3600, per: 'domain' }, dynamoCounter({ documents: documentClient(), table: 'limits' }))
 */
export function limitSignUps(options: LimitSignUpsOptions, counter: Counter): Rule<PreSignUp> {
  assertOptions(OWNER, options, ['max', 'windowSeconds', 'per', 'message'])
  const { max, windowSeconds, per, message = TOO_MANY } = options
  const limit = { max, windowSeconds }
  assertLimit(OWNER, options)
  if (per !== 'domain' && per !== 'client' && typeof per !== 'function')
    throw new TypeError(`${OWNER}: per is ${describePer(per)}; expected 'domain', 'client' or a function that returns a text`)
  for (const method of ['count', 'release']) assertMethod(OWNER, 'the counter', counter, method, 'dynamoCounter({ documents, table })')
  const denial = deny('too-many-sign-ups', message, { code: 'too-many-sign-ups', quiet: true })

  return defineRule<PreSignUp>('limit-sign-ups', () => skip(), {
    can: ['deny'],
    reasons: ['too-many-sign-ups'],
    permissions: counter.permissions,
    commit: {
      async reserve(ctx) {
        const key = await findKey(ctx, per)
        if (key === undefined) return undefined
        const counted: unknown = await counter.count(key, limit, ctx.signal, toUse(ctx))
        if (counted === 'renewed') return counted
        // Without this check, a counter in plain JavaScript that returns undefined would deny every sign-up.
        if (typeof counted !== 'boolean') throw new TypeError(`count() returned ${describeValue(counted)}; expected a boolean`)
        return counted ? undefined : denial
      },
      async release(ctx) {
        const key = await findKey(ctx, per)
        const use = toUse(ctx)
        if (key !== undefined && use !== undefined) await counter.release(key, limit, ctx.signal, use)
      },
    },
  })
}

/** Returns the name of the use, or undefined for an event without a user name: all such sign-ups would be one use. */
function toUse(ctx: RuleContext<PreSignUp>): string | undefined {
  return ctx.user.userName === '' ? undefined : reservationKey(ctx)
}

/** Returns the key of the counter of a sign-up, or undefined if it is not counted. */
async function findKey(ctx: RuleContext<PreSignUp>, per: LimitSignUpsOptions['per']): Promise<string | undefined> {
  const value = typeof per === 'function' ? await per(ctx) : per === 'client' ? (ctx.appClient ?? '') : findDomain(ctx.user.email)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new TypeError(`per() returned ${describeValue(value)}; expected a string or undefined`)
  return JSON.stringify(['sign-ups', ctx.event.userPoolId, typeof per === 'function' ? 'own' : per, value])
}

/** Returns the domain of an address. Users without a readable address share the empty name, because they would escape the limit otherwise. */
function findDomain(email: string | undefined): string {
  return (email === undefined ? undefined : parseEmailAddress(email)?.domain) ?? ''
}

function describePer(per: unknown): string {
  return typeof per === 'string' ? `'${per}'` : describeValue(per)
}
