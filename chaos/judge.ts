import { measureDeadlines } from './deadlines.ts'
import { checkExtendedEffects, checkInvites, type GuaranteeCheck } from './effects.ts'
import { type Evidence, groupBy, parseSub } from './evidence.ts'
import { excuses } from './excuse.ts'
import type { Passed } from './proxy.ts'
import { unknowns } from './unknowns.ts'
import type { User } from './users.ts'

/** A guarantee and how often it was broken. */
export interface Promised {
  readonly name: string
  readonly broken: number
  /** The first few users or invocations for which the guarantee was broken. */
  readonly examples: readonly string[]
}

/** The result of a run. */
export interface Verdict {
  readonly promises: readonly Promised[]
  readonly mails: {
    readonly accepted: number
    /** Number of emails with the state `unknown`, by explanation. */
    readonly unknown: ReadonlyMap<string, number>
    readonly deadLetters: number
    /** Number of second emails, by explanation. */
    readonly twice: ReadonlyMap<string, number>
  }
  readonly slowestMs: number
  /** Number of invocations that were late only because their process did not run for a while. */
  readonly excused: number
}

/** Compares the evidence of a run with the guarantees. */
export function judge(evidence: Evidence): Verdict {
  const { journeys, gone, effects } = evidence
  const members = journeys.filter(({ confirmed, user }) => confirmed && !gone.has(user.sub)).map(({ user }) => user)
  const veterans = journeys.map(({ user }) => user).filter(({ kind }) => kind === 'veteran')
  const outsiders = journeys.filter(({ confirmed, user }) => !confirmed && user.kind !== 'veteran').map(({ user }) => user)
  const leavers = journeys.map(({ user }) => user).filter(({ sub }) => gone.has(sub))

  const profiles = new Set(evidence.profiles.map(({ pk }) => parseSub(String(pk))))
  const states = new Map(
    effects.flatMap(({ sub, state, effect }) => (effect === 'send-welcome-email' ? [[String(sub), state] as const] : [])),
  )
  const accepted = groupBy(evidence.ses, (call) => (call.status === 200 ? call.about : undefined))
  const mailsTo = ({ email }: User): readonly Passed[] => accepted.get(email) ?? []
  const hasProfile = ({ sub }: User): boolean => profiles.has(sub)
  const hasMail = (user: User): boolean => mailsTo(user).length > 0
  const isOnRecord = ({ sub }: User): boolean => ['unknown', 'failed'].includes(String(states.get(sub)))

  const excuse = excuses(evidence)
  const twice = members
    .flatMap((user) =>
      mailsTo(user)
        .slice(1)
        .map((second, index) => ({ user, first: mailsTo(user)[index] ?? second, second })),
    )
    .map(({ user, first, second }) => ({ user, because: excuse(user.sub, first, second) }))
  const explain = unknowns(evidence)
  const unknown = journeys
    .filter(({ user }) => states.get(user.sub) === 'unknown')
    .map(({ user }) => ({ user, because: explain(user) ?? NO_REASON }))
  const extended: readonly GuaranteeCheck[] = evidence.handlers === 'extended' ? checkExtendedEffects(evidence) : []
  const times = measureDeadlines(evidence.attempts)

  return {
    promises: [
      toPromised('missing profiles', toSubs([...members, ...veterans].filter((user) => !hasProfile(user)))),
      ...(evidence.delivery === 'at-least-once'
        ? [
            toPromised('missing emails', toSubs(members.filter((user) => !hasMail(user) && states.get(user.sub) !== 'failed'))),
            toPromised(
              'duplicate emails without an explanation',
              toSubs(twice.filter(({ because }) => because === undefined).map(({ user }) => user)),
            ),
          ]
        : [
            toPromised('emails neither sent nor recorded', toSubs(members.filter((user) => !hasMail(user) && !isOnRecord(user)))),
            toPromised('duplicate emails', toSubs(twice.map(({ user }) => user))),
          ]),
      toPromised(
        'unknown emails without an explanation',
        toSubs(unknown.filter(({ because }) => because === NO_REASON).map(({ user }) => user)),
      ),
      ...[...checkInvites(evidence), ...extended].map(({ name, brokenFor }) => toPromised(name, brokenFor)),
      toPromised('emails to existing users', toSubs(veterans.filter(hasMail))),
      toPromised('emails to denied users', toSubs(outsiders.filter(hasMail))),
      toPromised(
        'emails to deleted users',
        toSubs(leavers.filter((user) => mailsTo(user).some(({ at }) => at > (gone.get(user.sub) ?? 0)))),
      ),
      toPromised(
        'approvals of denied users',
        toSubs(journeys.filter(({ wronglyApproved }) => wronglyApproved > 0).map(({ user }) => user)),
      ),
      toPromised(
        'invocations past the deadline',
        times.filter(({ isLate }) => isLate).map(({ name, sub, ms }) => `${name} ${sub} ${Math.round(ms)} ms`),
      ),
      toPromised('lost events', toSubs(members.filter((user) => !hasProfile(user) || !(hasMail(user) || isOnRecord(user))))),
      toPromised(
        'effects left pending',
        effects.filter(({ state }) => state === 'pending').map(({ sub }) => String(sub)),
      ),
      toPromised(
        'crashed processes',
        Array.from({ length: evidence.crashes }, () => ''),
      ),
      toPromised(
        'personal data kept in finished effects',
        effects.filter(isKeptInVain).map(({ sub }) => String(sub)),
      ),
    ],
    mails: {
      accepted: [...accepted.values()].reduce((sum, each) => sum + each.length, 0),
      unknown: countBy(unknown),
      deadLetters: members.filter(({ sub }) => states.get(sub) === 'failed').length,
      twice: countBy(twice),
    },
    slowestMs: times.filter(({ name }) => name !== 'sweeper').reduce((slowest, { ms }) => Math.max(slowest, ms), 0),
    excused: times.filter(({ isExcused }) => isExcused).length,
  }
}

const NO_REASON = 'no explanation'

function toPromised(name: string, where: readonly string[]): Promised {
  return { name, broken: where.length, examples: where.slice(0, 5) }
}

function countBy(each: readonly { readonly because: string | undefined }[]): ReadonlyMap<string, number> {
  return new Map([...groupBy(each, ({ because }) => because)].map(([because, group]) => [because, group.length]))
}

function toSubs(users: readonly User[]): readonly string[] {
  return users.map(({ sub }) => sub)
}

function isKeptInVain({ state, event }: Evidence['effects'][number]): boolean {
  return (state === 'done' || state === 'unknown') && event !== undefined
}
