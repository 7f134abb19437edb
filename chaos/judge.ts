import { COGNITO_WAIT_MS } from '../src/replay/cognito.ts'
import { type Evidence, grouped, subIn } from './evidence.ts'
import { type Excuse, excuses as excusesIn } from './excuse.ts'
import type { Passed } from './proxy.ts'
import type { User } from './users.ts'

/** A promise and how often it was broken. */
export interface Promised {
  readonly name: string
  readonly broken: number
  /** Whose, or where: a few, for somebody who looks into it. */
  readonly examples: readonly string[]
}

/** What else a person wants to know of the mails. */
export interface Verdict {
  readonly promises: readonly Promised[]
  readonly mails: {
    readonly accepted: number
    readonly unknown: number
    readonly parked: number
    /** Second mails, by what excuses them. */
    readonly twice: ReadonlyMap<string, number>
  }
  readonly slowestMs: number
}

/** Holds what happened against what is promised. */
export function judge(evidence: Evidence): Verdict {
  const { cutOff, journeys, attempts } = evidence
  const members = journeys.filter(({ confirmed }) => confirmed).map(({ user }) => user)
  const profiles = new Set(evidence.profiles.map(({ pk }) => subIn(String(pk))))
  const effects = new Map(evidence.effects.map((row) => [String(row.sub), row]))
  const accepted = grouped(evidence.ses, (call) => (call.status === 200 ? call.about : undefined))
  const mailsTo = ({ email }: User): readonly Passed[] => accepted.get(email) ?? []
  const stateOf = ({ sub }: User): unknown => effects.get(sub)?.state

  const unsent = members.filter((user) => mailsTo(user).length === 0)
  const twice = members.filter((user) => mailsTo(user).length > 1)
  const excuse = excusesIn(evidence)
  const excuses = twice.flatMap((user) => excusesOf(user, mailsTo(user), excuse).map((because) => ({ user, because })))
  const late = attempts.filter(
    ({ name, ending, frozen }) => name !== 'sweeper' && !frozen && ending.kind !== 'crashed' && ending.ms > COGNITO_WAIT_MS,
  )
  const strangersMail = journeys.filter(({ user, confirmed }) => !confirmed && mailsTo(user).length > 0).map(({ user }) => user)

  const mails =
    cutOff === 'at-least-once'
      ? [
          broken(
            'mails missing',
            unsent.filter((user) => stateOf(user) !== 'failed'),
          ),
          broken(
            'mails twice without an excuse',
            excuses.filter(({ because }) => because === undefined).map(({ user }) => user),
          ),
        ]
      : [
          broken(
            'mails not sent and not on record',
            unsent.filter((user) => stateOf(user) !== 'unknown' && stateOf(user) !== 'failed'),
          ),
          broken('mails twice', twice),
        ]
  return {
    promises: [
      broken(
        'profiles missing',
        members.filter(({ sub }) => !profiles.has(sub)),
      ),
      ...mails,
      broken('mails to somebody who was denied', strangersMail),
      broken(
        'approvals that a rule had denied',
        journeys.filter(({ wronglyApproved }) => wronglyApproved > 0).map(({ user }) => user),
      ),
      { name: 'invocations past the deadline', broken: late.length, examples: late.slice(0, 5).map(({ name, sub }) => `${name} ${sub}`) },
      broken(
        'events lost',
        members.filter(({ sub }) => !profiles.has(sub) && !effects.has(sub)),
      ),
      broken(
        'effects left pending',
        members.filter((user) => stateOf(user) === 'pending'),
      ),
      { name: 'processes that ended by themselves', broken: evidence.crashes, examples: [] },
      broken(
        'personal data kept of what is done',
        members.filter((user) => stateOf(user) === 'done' && effects.get(user.sub)?.event !== undefined),
      ),
    ],
    mails: {
      accepted: [...accepted.values()].reduce((sum, each) => sum + each.length, 0),
      unknown: members.filter((user) => stateOf(user) === 'unknown').length,
      parked: members.filter((user) => stateOf(user) === 'failed').length,
      twice: new Map([...grouped(excuses, ({ because }) => because)].map(([because, each]) => [because, each.length])),
    },
    slowestMs: attempts.reduce(
      (slowest, { name, ending, frozen }) =>
        name === 'sweeper' || frozen || ending.kind === 'crashed' ? slowest : Math.max(slowest, ending.ms),
      0,
    ),
  }
}

function broken(name: string, users: readonly User[]): Promised {
  return { name, broken: users.length, examples: users.slice(0, 5).map(({ sub }) => sub) }
}

/** For each mail after the first: what may have caused it. */
function excusesOf({ sub }: User, mails: readonly Passed[], excuse: Excuse): readonly (string | undefined)[] {
  return mails.slice(1).map((second, index) => excuse(sub, mails[index] ?? second, second))
}
