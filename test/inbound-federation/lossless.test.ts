import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttributeChanges } from '../../src/inbound-federation/changes.ts'
import { inboundFederation } from '../../src/inbound-federation/index.ts'
import { respond, skip } from '../../src/shared/rules/outcome.ts'
import { runs } from '../support/runs.ts'
import { federationEvent } from './federation-event.ts'

const names = [
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
  'name',
  'groups',
  'custom:team',
  '__proto__',
  'constructor',
]
const name = fc.oneof(
  fc.constantFrom(...names),
  fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !['sub', 'id'].includes(text)),
)
const value = fc.oneof(
  fc.constantFrom('true', 'false', 'ann@example.com', 'ANN@example.com', 'bob@example.com'),
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 2 }),
)

/** A list of pairs instead of an object, so that `__proto__` is an ordinary name. */
const claims = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 })
const changes = fc.record({
  set: fc.uniqueArray(fc.tuple(name, fc.oneof(fc.constantFrom('ann@example.com', 'eve@example.com', 'true'), fc.string())), {
    selector: ([key]) => key,
    maxLength: 3,
  }),
  drop: fc.array(name, { maxLength: 3 }),
})

type Pairs = readonly (readonly [string, unknown])[]

/** Returns the JSON text of an object. `JSON.parse` makes `__proto__` an own property. */
const toJson = (pairs: Pairs): string => `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`).join(',')}}`

/** The flags that may become false, because the provider did not verify the value that is left. */
const FLAGS = new Map([
  ['email_verified', 'email'],
  ['phone_number_verified', 'phone_number'],
])

/** Returns the attributes that the provider sent, as text: the ID token wins. */
function listSent(userInfo: Pairs, idToken: Pairs): ReadonlyMap<string, string> {
  const sent = new Map<string, string>([['sub', 'ann']])
  for (const [key, each] of [...userInfo, ...idToken])
    if (each !== null) sent.set(key, typeof each === 'string' ? each : typeof each === 'object' ? JSON.stringify(each) : `${each}`)
  return sent
}

describe('the response of inbound federation', () => {
  it('has every attribute that no rule named, unchanged, and the last word of the rules on all others', async () => {
    let whole = 0
    // One handler for all runs, because making a handler takes longer than a decision.
    let current: readonly AttributeChanges[] = []
    const rules = [0, 1, 2].map((at) =>
      inboundFederation.rule(`change-${at}`, () => (current[at] === undefined ? skip() : respond<AttributeChanges>(current[at]))),
    )
    const { decide } = inboundFederation(...rules)
    await fc.assert(
      fc.asyncProperty(claims, claims, fc.array(changes, { maxLength: 3 }), async (userInfo, idToken, answers) => {
        const token = [['sub', 'ann'], ...idToken] as const
        const event = federationEvent(toJson(token), {}, { userInfo: toJson(userInfo) })
        current = answers.map(({ set, drop }) => ({ set: JSON.parse(toJson(set)), drop }))
        const decision = await decide(event)
        if (decision.kind !== 'proceed') throw new Error(decision.kind)
        const answer = new Map(Object.entries(Object(decision.response.userAttributesToMap)))
        const sent = listSent(userInfo, token)

        // The last answer that names an attribute decides. Within an answer, `set` wins over `drop`.
        const said = new Map<string, string | undefined>()
        for (const { set, drop } of answers) {
          for (const key of drop) said.set(key, undefined)
          for (const [key, each] of set) said.set(key, each)
        }
        const problems: string[] = []
        const check = (holds: boolean, problem: string): void => void (holds || problems.push(problem))
        const same = (text: unknown): string => `${text ?? ''}`.trim().toLowerCase()
        const isWhole = answer.size > 0
        if (isWhole) whole += 1
        for (const key of answer.keys()) check(sent.has(key) || said.get(key) !== undefined, `${key} comes from nowhere`)
        for (const [key, each] of isWhole ? sent : []) {
          const isKept = answer.get(key) === each || (FLAGS.has(key) && answer.get(key) === 'false')
          check(said.has(key) || isKept, `${key} is lost or changed`)
        }
        for (const [key, each] of said) {
          if (isWhole) check(answer.get(key) === each, `${key} is not as the rules said`)
          else check(FLAGS.has(key) || sent.get(key) === each, `the change of ${key} is lost`)
        }
        for (const [flag, key] of FLAGS) {
          if (answer.get(flag) !== 'true' || said.has(flag) || said.get(key) === undefined) continue
          check([...sent.values()].map(same).includes(same(answer.get(key))), `${flag} counts for a value that the provider did not send`)
        }
        expect(problems).toEqual([])
      }),
      { numRuns: runs(1000) },
    )
    expect(whole).toBeGreaterThan(runs(1000) / 3)
  })
})
