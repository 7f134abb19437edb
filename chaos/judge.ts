import { timed } from './deadlines.ts'
import { type Evidence, grouped, subIn } from './evidence.ts'
import { excuses } from './excuse.ts'
import type { Passed } from './proxy.ts'
import { unknowns } from './unknowns.ts'
import type { User } from './users.ts'

/** A promise and how often it was broken. */
export interface Promised {
  readonly name: string
  readonly broken: number
  /** Whose, or where: a few, for somebody who looks into it. */
  readonly examples: readonly string[]
}

/** What came of a run. */
export interface Verdict {
  readonly promises: readonly Promised[]
  readonly mails: {
    readonly accepted: number
    /** Mails of which nobody knows, by what explains it. */
    readonly unknown: ReadonlyMap<string, number>
    readonly deadLetters: number
    /** Second mails, by what excuses them. */
    readonly twice: ReadonlyMap<string, number>
  }
  readonly slowestMs: number
  /** Invocations that would have been past the deadline, had their process not been kept from running. */
  readonly excused: number
}

/** Holds what happened against what is promised. */
export function judge(evidence: Evidence): Verdict {
  const { journeys, gone, effects } = evidence
  const members = journeys.filter(({ confirmed, user }) => confirmed && !gone.has(user.sub)).map(({ user }) => user)
  const veterans = journeys.map(({ user }) => user).filter(({ kind }) => kind === 'veteran')
  const outsiders = journeys.filter(({ confirmed, user }) => !confirmed && user.kind !== 'veteran').map(({ user }) => user)
  const leavers = journeys.map(({ user }) => user).filter(({ sub }) => gone.has(sub))

  const profiles = new Set(evidence.profiles.map(({ pk }) => subIn(String(pk))))
  const states = new Map(effects.map(({ sub, state }) => [String(sub), state]))
  const accepted = grouped(evidence.ses, (call) => (call.status === 200 ? call.about : undefined))
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
  const times = timed(evidence.attempts)

  return {
    promises: [
      broken('profiles missing', subsOf([...members, ...veterans].filter((user) => !hasProfile(user)))),
      ...(evidence.delivery === 'at-least-once'
        ? [
            broken('mails missing', subsOf(members.filter((user) => !hasMail(user) && states.get(user.sub) !== 'failed'))),
            broken('mails twice without an excuse', subsOf(twice.filter(({ because }) => because === undefined).map(({ user }) => user))),
          ]
        : [
            broken('mails not sent and not on record', subsOf(members.filter((user) => !hasMail(user) && !isOnRecord(user)))),
            broken('mails twice', subsOf(twice.map(({ user }) => user))),
          ]),
      broken('mails unknown without a reason', subsOf(unknown.filter(({ because }) => because === NO_REASON).map(({ user }) => user))),
      broken('mails to users from before', subsOf(veterans.filter(hasMail))),
      broken('mails to somebody who was denied', subsOf(outsiders.filter(hasMail))),
      broken(
        'mails to users who were gone',
        subsOf(leavers.filter((user) => mailsTo(user).some(({ at }) => at > (gone.get(user.sub) ?? 0)))),
      ),
      broken(
        'approvals that a rule had denied',
        subsOf(journeys.filter(({ wronglyApproved }) => wronglyApproved > 0).map(({ user }) => user)),
      ),
      broken(
        'invocations past the deadline',
        times.filter(({ isLate }) => isLate).map(({ name, sub, ms }) => `${name} ${sub} ${Math.round(ms)} ms`),
      ),
      broken('events lost', subsOf(members.filter((user) => !hasProfile(user) || !(hasMail(user) || isOnRecord(user))))),
      broken(
        'effects left pending',
        effects.filter(({ state }) => state === 'pending').map(({ sub }) => String(sub)),
      ),
      broken(
        'processes that ended by themselves',
        Array.from({ length: evidence.crashes }, () => ''),
      ),
      broken(
        'personal data kept of what is done',
        effects.filter(isKeptInVain).map(({ sub }) => String(sub)),
      ),
    ],
    mails: {
      accepted: [...accepted.values()].reduce((sum, each) => sum + each.length, 0),
      unknown: countedBy(unknown),
      deadLetters: members.filter(({ sub }) => states.get(sub) === 'failed').length,
      twice: countedBy(twice),
    },
    slowestMs: times.filter(({ name }) => name !== 'sweeper').reduce((slowest, { ms }) => Math.max(slowest, ms), 0),
    excused: times.filter(({ isExcused }) => isExcused).length,
  }
}

const NO_REASON = 'without a reason'

function broken(name: string, where: readonly string[]): Promised {
  return { name, broken: where.length, examples: where.slice(0, 5) }
}

function countedBy(each: readonly { readonly because: string | undefined }[]): ReadonlyMap<string, number> {
  return new Map([...grouped(each, ({ because }) => because)].map(([because, group]) => [because, group.length]))
}

function subsOf(users: readonly User[]): readonly string[] {
  return users.map(({ sub }) => sub)
}

function isKeptInVain({ state, event }: Evidence['effects'][number]): boolean {
  return (state === 'done' || state === 'unknown') && event !== undefined
}
