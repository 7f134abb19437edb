import { COGNITO_WAIT_MS } from '../src/replay/cognito.ts'
import { type Evidence, grouped, subIn } from './evidence.ts'
import { excuses } from './excuse.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
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
    readonly unknown: number
    readonly parked: number
    /** Second mails, by what excuses them. */
    readonly twice: ReadonlyMap<string, number>
  }
  /**
   * Confirmed users who got no mail, and of whom the ledger knows nothing, because every process that had their event was
   * killed before it could claim anything. That is not promised, and told apart by the harness's own log of what it killed.
   */
  readonly killedBefore: number
  readonly slowestMs: number
}

/** Holds what happened against what is promised. */
export function judge(evidence: Evidence): Verdict {
  const { journeys, gone, effects } = evidence
  const confirmed = journeys.filter((journey) => journey.confirmed && !gone.has(journey.user.sub)).map(({ user }) => user)
  const profiles = new Set(evidence.profiles.map(({ pk }) => subIn(String(pk))))
  const states = new Map(effects.map(({ sub, state }) => [String(sub), state]))
  const accepted = grouped(evidence.ses, (call) => (call.status === 200 ? call.about : undefined))
  const mailsTo = ({ email }: User): readonly Passed[] => accepted.get(email) ?? []
  const survived = new Set(evidence.attempts.filter(isSurvivor).map(({ sub }) => sub))
  const killedBefore = new Set(
    confirmed.filter((user) => !survived.has(user.sub) && !states.has(user.sub) && mailsTo(user).length === 0).map(({ sub }) => sub),
  )
  const members = confirmed.filter(({ sub }) => !killedBefore.has(sub))
  const outsiders = journeys.filter((journey) => !journey.confirmed).map(({ user }) => user)
  const leavers = journeys.map(({ user }) => user).filter(({ sub }) => gone.has(sub))
  const excuse = excuses(evidence)
  const twice = members
    .flatMap((user) =>
      mailsTo(user)
        .slice(1)
        .map((second, index) => ({ user, first: mailsTo(user)[index] ?? second, second })),
    )
    .map(({ user, first, second }) => ({ user, because: excuse(user.sub, first, second) }))
  const timed = evidence.attempts.flatMap(timedOf)

  return {
    promises: [
      broken('profiles missing', subsOf(confirmed.filter(({ sub }) => !profiles.has(sub)))),
      ...(evidence.cutOff === 'at-least-once'
        ? [
            broken('mails missing', subsOf(members.filter((user) => mailsTo(user).length === 0 && states.get(user.sub) !== 'failed'))),
            broken('mails twice without an excuse', subsOf(twice.filter(({ because }) => because === undefined).map(({ user }) => user))),
          ]
        : [
            broken(
              'mails not sent and not on record',
              subsOf(members.filter((user) => mailsTo(user).length === 0 && !['unknown', 'failed'].includes(String(states.get(user.sub))))),
            ),
            broken('mails twice', subsOf(twice.map(({ user }) => user))),
          ]),
      broken('mails to somebody who was denied', subsOf(outsiders.filter((user) => mailsTo(user).length > 0))),
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
        timed.filter(({ ms }) => ms > COGNITO_WAIT_MS).map(({ name, sub }) => `${name} ${sub}`),
      ),
      broken('events lost', subsOf(confirmed.filter(({ sub }) => !profiles.has(sub) && !states.has(sub)))),
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
      unknown: members.filter(({ sub }) => states.get(sub) === 'unknown').length,
      parked: members.filter(({ sub }) => states.get(sub) === 'failed').length,
      twice: new Map([...grouped(twice, ({ because }) => because)].map(([because, each]) => [because, each.length])),
    },
    killedBefore: killedBefore.size,
    slowestMs: timed.reduce((slowest, { ms }) => Math.max(slowest, ms), 0),
  }
}

/** A try of post confirmation whose process lived. */
function isSurvivor({ name, ending }: Attempt): boolean {
  return name === 'post-confirmation' && ending.kind !== 'crashed'
}

function broken(name: string, where: readonly string[]): Promised {
  return { name, broken: where.length, examples: where.slice(0, 5) }
}

/** How long a try of a handler took; nothing of one that was cut off or stood still. */
function timedOf({ name, sub, ending, frozen }: Attempt): readonly { readonly name: string; readonly sub: string; readonly ms: number }[] {
  return name === 'sweeper' || frozen || ending.kind === 'crashed' ? [] : [{ name, sub, ms: ending.ms }]
}

function subsOf(users: readonly User[]): readonly string[] {
  return users.map(({ sub }) => sub)
}

function isKeptInVain({ state, event }: Evidence['effects'][number]): boolean {
  return (state === 'done' || state === 'unknown') && event !== undefined
}
